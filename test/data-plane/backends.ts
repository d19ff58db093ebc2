/**
 * Where a request may go, by the objects as one proxy knows them: the rules of kube-proxy, Istio, a Gateway and
 * ingress-nginx, each as far as the tests need it. Reads the objects anew and nothing of the product's routers: it is
 * their judge.
 */
import { at, type JsonObject, listAt, numberAt, textAt, textMapAt } from '../../src/adapters/kubernetes/json.ts'
import type { RouterSettings } from '../../src/playbook/service.ts'

/** The kinds a proxy follows. */
export const FOLLOWED = ['endpointslices', 'virtualservices', 'destinationrules', 'httproutes', 'ingresses'] as const
export type Followed = (typeof FOLLOWED)[number]
export type Known = Readonly<Record<Followed, readonly JsonObject[]>>

/** Where requests come in. `router`: the team's, as the catalogue names it; none (`replicas`): kube-proxy alone. */
export interface Front {
  readonly service: string
  readonly router: RouterSettings
}

export interface Backend {
  /** For people: `Service shop-canary by VirtualService shop`. */
  readonly name: string
  readonly weight: number
  /** Names of the pods that requests may go to. */
  readonly pods: readonly string[]
}

type Labels = Readonly<Record<string, string>>
type LabelsOf = (pod: string) => Labels

/** Backends with a weight above 0; one without pods where the objects lead to nobody. */
export function backendsOf(front: Front, known: Known, labelsOf: LabelsOf): readonly Backend[] {
  const rows = rowsOf(front, known)
  const found = rows.filter((row) => row.weight > 0)
  if (found.length === 0) return [{ name: `no route to ${front.service}`, weight: 1, pods: [] }]
  return found.map(({ service, subset, weight, by }) => ({
    name: `Service ${service}${subset ? ` (${JSON.stringify(subset)})` : ''}${by}`,
    weight,
    pods: readyPods(slicesOf(known, service)).filter((pod) => carries(labelsOf(pod), subset ?? {})),
  }))
}

/** Pods that these EndpointSlices call ready and not terminating. */
export function readyPods(slices: readonly JsonObject[]): readonly string[] {
  const endpoints = slices.flatMap((slice) => listAt(slice, 'endpoints'))
  const ready = endpoints.filter(
    (row) => at(row, 'conditions', 'ready') === true && at(row, 'conditions', 'terminating') !== true,
  )
  return [...new Set(ready.flatMap((row) => textAt(row, 'targetRef', 'name') ?? []))]
}

function slicesOf({ endpointslices }: Known, service: string): readonly JsonObject[] {
  return endpointslices.filter(
    (slice) => textMapAt(slice, 'metadata', 'labels')['kubernetes.io/service-name'] === service,
  )
}

interface Row {
  readonly service: string
  /** Labels that a pod of the Service must carry too. */
  readonly subset?: Labels
  readonly weight: number
  readonly by: string
}

function rowsOf({ service, router }: Front, known: Known): readonly Row[] {
  switch (router.kind) {
    case 'replicas':
    case 'switch':
    case 'rolling':
      return [{ service, weight: 1, by: '' }]
    case 'istio':
      return istioRows(named(known.virtualservices, router.virtualService), known.destinationrules)
    case 'gateway-api':
      return gatewayRows(named(known.httproutes, router.httpRoute))
    case 'nginx':
      return ingressRows(named(known.ingresses, router.ingress), known.ingresses)
  }
}

function named(objects: readonly JsonObject[], name: string): JsonObject | undefined {
  return objects.find((object) => textAt(object, 'metadata', 'name') === name)
}

/** Plain requests match no rule that has conditions: they take the first without any. */
function istioRows(route: JsonObject | undefined, rules: readonly JsonObject[]): readonly Row[] {
  const http = listAt(route, 'spec', 'http').find((row) => listAt(row, 'match').length === 0)
  const destinations = listAt(http, 'route')
  return destinations.map((row) => {
    const host = shortName(textAt(row, 'destination', 'host') ?? '')
    const subset = textAt(row, 'destination', 'subset')
    const labels = subset === undefined ? undefined : subsetLabels(rules, host, subset)
    const weight = numberAt(row, 'weight') ?? (destinations.length === 1 ? 100 : 0)
    return { service: host, ...(labels && { subset: labels }), weight, by: ' by VirtualService' }
  })
}

function subsetLabels(rules: readonly JsonObject[], host: string, subset: string): Labels {
  const rule = rules.find((row) => shortName(textAt(row, 'spec', 'host') ?? '') === host)
  const found = listAt(rule, 'spec', 'subsets').find((row) => textAt(row, 'name') === subset)
  // A subset that nobody defines has no pods.
  return found === undefined ? { 'no such subset': subset } : textMapAt(found, 'labels')
}

function shortName(host: string): string {
  return host.split('.')[0] ?? host
}

function gatewayRows(route: JsonObject | undefined): readonly Row[] {
  const isPlain = (rule: unknown) => {
    const matches = listAt(rule, 'matches')
    return matches.length === 0 || matches.some((row) => (textAt(row, 'path', 'value') ?? '/') === '/')
  }
  return listAt(listAt(route, 'spec', 'rules').find(isPlain), 'backendRefs').map((row) => ({
    service: textAt(row, 'name') ?? '',
    weight: numberAt(row, 'weight') ?? 1,
    by: ' by HTTPRoute',
  }))
}

const NGINX = 'nginx.ingress.kubernetes.io/canary'

function ingressRows(stable: JsonObject | undefined, all: readonly JsonObject[]): readonly Row[] {
  const host = textAt(listAt(stable, 'spec', 'rules')[0], 'host')
  const canary = all.find(
    (object) =>
      textMapAt(object, 'metadata', 'annotations')[NGINX] === 'true' &&
      listAt(object, 'spec', 'rules').some((rule) => textAt(rule, 'host') === host),
  )
  const weight = Number(textMapAt(canary, 'metadata', 'annotations')[`${NGINX}-weight`] ?? 0)
  const row = (object: JsonObject | undefined, share: number) =>
    listAt(object, 'spec', 'rules')
      .filter((rule) => textAt(rule, 'host') === host)
      .flatMap((rule) => listAt(rule, 'http', 'paths'))
      .filter((path) => textAt(path, 'path') === '/')
      .map((path) => ({
        service: textAt(path, 'backend', 'service', 'name') ?? '',
        weight: share,
        by: ' by Ingress',
      }))
  return [...row(stable, 100 - weight), ...row(canary, weight)]
}

function carries(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value)
}
