/** Who sees from outside what the cluster's objects say, and when: watches of VirtualServices, pods and addresses. */
import { readyPods } from '../../test/data-plane/backends.ts'
import type { Json, PlaneApi } from './api.ts'
import { waiting } from './waiting.ts'

export interface SeenPod {
  readonly name: string
  readonly app: string
  readonly canary: boolean
  readonly ready: boolean
  readonly terminating: boolean
  readonly at: number
}

export interface Witness {
  /** When the weights of this VirtualService were seen to be so, ms since the epoch: the present ones, or the first to come. */
  weights(name: string, wanted: string): Promise<number>
  /** Pods of the new version that are not being deleted. */
  canaryPods(app: string): readonly SeenPod[]
  /** Names of the pods of one version, once so many of them were seen ready, and behind a Service. */
  servingPods(app: string, canary: boolean, count: number): Promise<readonly string[]>
  /** When the first of these pods was seen unready. */
  unready(names: readonly string[]): Promise<number>
  stop(): void
}

export function startWitness(api: PlaneApi, namespace: string): Witness {
  const routes = new Map<string, { readonly weights: string; readonly at: number }>()
  const pods = new Map<string, SeenPod>()
  const slices = new Map<string, Json>()
  const { tell, when } = waiting()
  const stops = [
    api.watch(`/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices`, (object, at) => {
      const weights = weightsOf(object)
      const name = nameOf(object)
      if (routes.get(name)?.weights === weights) return
      routes.set(name, { weights, at })
      tell()
    }),
    api.watch(`/api/v1/namespaces/${namespace}/pods`, (object, at) => {
      pods.set(nameOf(object), podOf(object, at))
      tell()
    }),
    api.watch(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, (object) => {
      slices.set(nameOf(object), object)
      tell()
    }),
  ]
  return {
    weights: (name, wanted) =>
      when(`weights ${wanted} of ${name}`, () => {
        const route = routes.get(name)
        return route?.weights === wanted ? route.at : undefined
      }),
    canaryPods: (app) => [...pods.values()].filter((pod) => pod.app === app && pod.canary && !pod.terminating),
    servingPods: (app, canary, count) =>
      when(`${count} serving pods of ${app}`, () => {
        const behind = new Set(readyPods([...slices.values()]))
        const found = [...pods.values()].filter((pod) => pod.app === app && pod.canary === canary)
        const names = found.filter((pod) => pod.ready && !pod.terminating).map(({ name }) => name)
        const serving = names.filter((name) => behind.has(name))
        return serving.length < count ? undefined : serving
      }),
    unready: (names) =>
      when(`${names.join(', ')} unready`, () => {
        const sick = names.flatMap((name) => pods.get(name) ?? []).filter((pod) => !pod.ready)
        return sick.length === 0 ? undefined : Math.min(...sick.map((pod) => pod.at))
      }),
    stop() {
      for (const stop of stops) stop()
    },
  }
}

interface Metadata {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly deletionTimestamp?: string
}

const metadataOf = (object: Json) => object.metadata as Metadata
const nameOf = (object: Json) => metadataOf(object).name

function weightsOf(object: Json): string {
  const spec = object.spec as {
    readonly http?: readonly { readonly route?: readonly { readonly weight?: number }[] }[]
  }
  return (spec.http?.[0]?.route ?? []).map(({ weight }) => weight ?? 0).join('/')
}

function podOf(object: Json, at: number): SeenPod {
  const { name, labels = {}, deletionTimestamp } = metadataOf(object)
  const status = object.status as {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
  const ready = status.conditions?.some((row) => row.type === 'Ready' && row.status === 'True') ?? false
  const terminating = deletionTimestamp !== undefined
  return { name, app: labels.app ?? '', canary: labels.track === 'canary', ready, terminating, at }
}
