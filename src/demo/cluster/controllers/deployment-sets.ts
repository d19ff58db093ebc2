/** The ReplicaSets of a Deployment: which is the new one, its name, its revision, and how many pods each may have. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import { canonicalJson, sameJson, without } from '../store/json.ts'
import type { Deployment, ReplicaSet } from '../store/kube-objects.ts'
import type { StringMap } from '../store/object-meta.ts'
import type { PodTemplate } from '../store/pod-objects.ts'
import { safeHash } from '../store/seeded-names.ts'
import { controlledBy } from './owner-keys.ts'

export const REVISION = 'deployment.kubernetes.io/revision'
const HISTORY = 'deployment.kubernetes.io/revision-history'
export const DESIRED = 'deployment.kubernetes.io/desired-replicas'
const MAX = 'deployment.kubernetes.io/max-replicas'
export const HASH = 'pod-template-hash'

export interface Sets {
  readonly newSet: ReplicaSet | undefined
  /** Oldest first. */
  readonly oldSets: readonly ReplicaSet[]
}

export function setsOf({ store }: ClusterContext, deployment: Deployment): Sets {
  const all = [...store.ownedBy('replicasets', deployment.metadata.uid)].sort(
    (a, b) => revisionOf(a) - revisionOf(b) || a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp),
  )
  const newSet = all.find((set) => sameTemplate(set.spec.template, deployment.spec.template))
  return { newSet, oldSets: all.filter((set) => set !== newSet) }
}

function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  const plain = (template: PodTemplate) => ({
    ...template,
    metadata: { ...template.metadata, labels: without({ ...template.metadata?.labels }, HASH) },
  })
  return sameJson(plain(a), plain(b))
}

export function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0)
}

export function podsOf(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + set.spec.replicas, 0)
}

/** The two fenceposts in pods: surge rounds up, unavailable rounds down, and they are never both 0. */
export function fenceposts(deployment: Deployment): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const { replicas, strategy } = deployment.spec
  if (strategy.type !== 'RollingUpdate') return { maxSurge: 0, maxUnavailable: 0 }
  const maxSurge = pieces(strategy.rollingUpdate?.maxSurge ?? '25%', replicas, Math.ceil)
  const maxUnavailable = pieces(strategy.rollingUpdate?.maxUnavailable ?? '25%', replicas, Math.floor)
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : Math.min(maxUnavailable, replicas) }
}

/** A whole number, or a percentage of `of`. */
export function pieces(value: number | string, of: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value
  return round((Number.parseInt(value, 10) * of) / 100)
}

/** Annotations that a ReplicaSet gets from its Deployment: all but the ones that each keeps for itself. */
function copiedAnnotations(deployment: Deployment): StringMap {
  const own = ['kubectl.kubernetes.io/last-applied-configuration', REVISION, HISTORY, DESIRED, MAX]
  const entries = Object.entries(deployment.metadata.annotations ?? {})
  return Object.fromEntries(entries.filter(([key]) => !own.includes(key)))
}

function sizeAnnotations(deployment: Deployment): StringMap {
  const { replicas } = deployment.spec
  return { [DESIRED]: String(replicas), [MAX]: String(replicas + fenceposts(deployment).maxSurge) }
}

/** The ReplicaSet of the present template, made when there is none, with the newest revision. */
export function ensureNewSet(context: ClusterContext, deployment: Deployment): { set: ReplicaSet; made: boolean } {
  const { newSet, oldSets } = setsOf(context, deployment)
  const newest = Math.max(0, ...oldSets.map(revisionOf))
  if (!newSet) return { set: makeSet(context, deployment, newest + 1, oldSets), made: true }
  const before = newSet.metadata.annotations ?? {}
  const revision = revisionOf(newSet) > newest ? revisionOf(newSet) : newest + 1
  const earlier = [before[HISTORY], before[REVISION]].filter((text) => text !== undefined).join(',')
  const annotations = {
    ...before,
    ...copiedAnnotations(deployment),
    [REVISION]: String(revision),
    ...(revision === revisionOf(newSet) ? {} : { [HISTORY]: earlier }),
  }
  const { minReadySeconds: _, ...own } = newSet.spec
  const spec = { ...own, ...minReady(deployment) }
  if (sameJson(annotations, before) && sameJson(spec, newSet.spec)) return { set: newSet, made: false }
  const set = context.store.put('replicasets', { ...newSet, spec, metadata: { ...newSet.metadata, annotations } })
  return { set, made: false }
}

function minReady(deployment: Deployment): { readonly minReadySeconds?: number } {
  const { minReadySeconds } = deployment.spec
  return minReadySeconds === undefined ? {} : { minReadySeconds }
}

function makeSet(
  context: ClusterContext,
  deployment: Deployment,
  revision: number,
  oldSets: readonly ReplicaSet[],
): ReplicaSet {
  const { store, clock, names } = context
  const { template, selector } = deployment.spec
  const { namespace = '', name } = deployment.metadata
  const hash = safeHash(canonicalJson(template))
  const labels = { ...template.metadata?.labels, [HASH]: hash }
  return store.put('replicasets', {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      uid: names.uid(),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: timestamp(clock.now()),
      labels,
      annotations: { ...copiedAnnotations(deployment), [REVISION]: String(revision), ...sizeAnnotations(deployment) },
      ownerReferences: controlledBy(deployment),
    },
    spec: {
      replicas: newSetSize(deployment, undefined, oldSets),
      ...minReady(deployment),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
    status: { replicas: 0 },
  })
}

/** How many pods the new ReplicaSet may have now: up to the surge over what all have together. */
export function newSetSize(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): number {
  const { replicas, strategy } = deployment.spec
  if (strategy.type === 'Recreate') return oldSets.some((set) => (set.status?.replicas ?? 0) > 0) ? 0 : replicas
  const size = newSet?.spec.replicas ?? 0
  const room = replicas + fenceposts(deployment).maxSurge - podsOf(oldSets) - size
  return room <= 0 ? size : size + Math.max(0, Math.min(room, replicas - size))
}

/** Gives a ReplicaSet another size and the annotations that record what it was sized for. */
export function resizeSet(
  { store }: ClusterContext,
  deployment: Deployment,
  set: ReplicaSet,
  replicas: number,
): boolean {
  const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) }
  const resized = set.spec.replicas !== replicas
  if (!resized && sameJson(annotations, set.metadata.annotations)) return false
  const generation = (set.metadata.generation ?? 1) + (resized ? 1 : 0)
  store.put('replicasets', {
    ...set,
    metadata: { ...set.metadata, annotations, generation },
    spec: { ...set.spec, replicas },
  })
  return resized
}
