/** The Deployment controller: rolls from the old ReplicaSets to the new one, within surge and unavailability. */
import { deleteObject } from '../api/delete-object.ts'
import type { ClusterContext } from '../cluster-context.ts'
import type { Deployment, ReplicaSet } from '../store/kube-objects.ts'
import { resourceOf } from '../store/resources.ts'
import {
  DESIRED,
  ensureNewSet,
  fenceposts,
  newSetSize,
  podsOf,
  REVISION,
  resizeSet,
  type Sets,
  setsOf,
} from './deployment-sets.ts'
import { isComplete, type ProgressNote, writeDeploymentStatus } from './deployment-status.ts'
import { ownerKeys } from './owner-keys.ts'
import { type Controller, keyOf, type LookAgain } from './reconciler.ts'
import type { RecordEvent } from './record-event.ts'

const SOURCE = { component: 'deployment-controller' }

interface Rollout {
  readonly context: ClusterContext
  readonly record: RecordEvent
  readonly deployment: Deployment
}

export function deploymentController(context: ClusterContext, record: RecordEvent, again: LookAgain): Controller {
  return {
    concerns: ({ resource, object }) => {
      if (resource === 'deployments') return [keyOf(object)]
      return resource === 'replicasets' ? ownerKeys(object, 'Deployment') : []
    },
    reconcile: ({ namespace, name }) => {
      const deployment = context.store.get('deployments', namespace, name)
      if (!deployment || deployment.metadata.deletionTimestamp !== undefined) return
      const note = rollOut({ context, record, deployment })
      writeDeploymentStatus(context, deployment, setsOf(context, deployment), note, again)
    },
  }
}

function rollOut(rollout: Rollout): ProgressNote | undefined {
  const { context, deployment } = rollout
  const sets = setsOf(context, deployment)
  const paused = deployment.spec.paused === true
  if (paused || isScaling(deployment, sets)) {
    scale(rollout, trusting(rollout, sets))
    if (paused) tidyHistory(rollout, sets)
    return undefined
  }
  if (deployment.spec.strategy.type === 'Recreate') {
    for (const set of sets.oldSets) if (resize(rollout, set, 0)) return undefined
    if (sets.oldSets.some((set) => livePods(context, set) > 0)) return undefined
  }
  const { set, made } = ensureNewSet(context, deployment)
  recordRevision(rollout, set)
  if (made) {
    sayScaled(rollout, set, 0, set.spec.replicas)
    return { reason: 'NewReplicaSetCreated', message: `Created new replica set "${set.metadata.name}"` }
  }
  const size = newSetSize(deployment, set, sets.oldSets)
  if (resize(rollout, set, set.spec.replicas > deployment.spec.replicas ? deployment.spec.replicas : size))
    return undefined
  const found = setsOf(context, deployment)
  if (shrinkOld(rollout, found)) return undefined
  if (isComplete(deployment, found)) tidyHistory(rollout, found)
  return undefined
}

function livePods({ store }: ClusterContext, set: ReplicaSet): number {
  return store.ownedBy('pods', set.metadata.uid).length
}

/** The revision of the Deployment is its newest ReplicaSet's; written like a status, so no new generation. */
function recordRevision({ context, deployment }: Rollout, set: ReplicaSet): void {
  const current = context.store.get('deployments', deployment.metadata.namespace, deployment.metadata.name)
  const revision = set.metadata.annotations?.[REVISION]
  if (!current || revision === undefined || current.metadata.annotations?.[REVISION] === revision) return
  const annotations = { ...current.metadata.annotations, [REVISION]: revision }
  context.store.put('deployments', { ...current, metadata: { ...current.metadata, annotations } })
}

function resize(rollout: Rollout, set: ReplicaSet, replicas: number): boolean {
  const before = set.spec.replicas
  if (before === replicas || !resizeSet(rollout.context, rollout.deployment, set, replicas)) return false
  sayScaled(rollout, set, before, replicas)
  return true
}

function sayScaled({ record, deployment }: Rollout, set: ReplicaSet, from: number, to: number): void {
  if (from === to) return
  const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${to}`
  record(SOURCE, deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message })
}

/** The wanted size changed since the ReplicaSets were sized: resize first, roll later. */
function isScaling(deployment: Deployment, { newSet, oldSets }: Sets): boolean {
  const active = [...oldSets, ...(newSet ? [newSet] : [])].filter((set) => set.spec.replicas > 0)
  return active.some((set) => {
    const desired = set.metadata.annotations?.[DESIRED]
    return desired !== undefined && Number(desired) !== deployment.spec.replicas
  })
}

/** While it only scales, the new ReplicaSet still gets the Deployment's minReadySeconds. */
function trusting({ context, deployment }: Rollout, sets: Sets): Sets {
  return sets.newSet ? { ...sets, newSet: ensureNewSet(context, deployment).set } : sets
}

/** A new ReplicaSet that is all there and available leaves nothing to the old ones, also while paused. */
function isSaturated({ spec: { replicas } }: Deployment, set: ReplicaSet | undefined): boolean {
  return (
    set !== undefined &&
    set.spec.replicas === replicas &&
    Number(set.metadata.annotations?.[DESIRED]) === replicas &&
    (set.status?.availableReplicas ?? 0) === replicas
  )
}

function scale(rollout: Rollout, { newSet, oldSets }: Sets): void {
  const { context, deployment } = rollout
  const all = [...oldSets, ...(newSet ? [newSet] : [])]
  const active = all.filter((set) => set.spec.replicas > 0)
  const only = active.length <= 1 ? (active[0] ?? newSet) : undefined
  if (only) {
    if (!resize(rollout, only, deployment.spec.replicas)) resizeSet(context, deployment, only, deployment.spec.replicas)
    return
  }
  if (isSaturated(deployment, newSet)) {
    for (const set of oldSets) resize(rollout, set, 0)
    return
  }
  const allowed = deployment.spec.replicas === 0 ? 0 : deployment.spec.replicas + fenceposts(deployment).maxSurge
  for (const [set, size] of proportions(active, allowed)) {
    if (!resize(rollout, set, size)) resizeSet(context, deployment, set, size)
  }
}

/** Shares `allowed` pods among ReplicaSets in proportion to their size; what rounding leaves goes to the newest. */
function proportions(sets: readonly ReplicaSet[], allowed: number): readonly (readonly [ReplicaSet, number])[] {
  const total = podsOf(sets)
  const newestFirst = [...sets].reverse()
  let left = allowed - total
  const sized = newestFirst.map((set): [ReplicaSet, number] => {
    const exact = Math.round((set.spec.replicas * allowed) / total) - set.spec.replicas
    const share = left > 0 ? Math.min(Math.max(exact, 0), left) : Math.max(Math.min(exact, 0), left)
    left -= share
    return [set, set.spec.replicas + share]
  })
  const first = sized[0]
  if (first) first[1] = Math.max(0, first[1] + left)
  return sized
}

/** Takes old pods away as far as availability allows: those that do not work first. */
function shrinkOld(rollout: Rollout, { newSet, oldSets }: Sets): boolean {
  const { deployment } = rollout
  const least = deployment.spec.replicas - fenceposts(deployment).maxUnavailable
  const all = [...oldSets, ...(newSet ? [newSet] : [])]
  const newUnavailable = (newSet?.spec.replicas ?? 0) - (newSet?.status?.availableReplicas ?? 0)
  let spare = podsOf(all) - least - newUnavailable
  if (podsOf(oldSets) === 0 || spare <= 0) return false
  const sizes = new Map(oldSets.map((set) => [set, set.spec.replicas]))
  for (const set of oldSets) {
    const sick = Math.max(0, set.spec.replicas - (set.status?.availableReplicas ?? 0))
    const taken = Math.min(spare, sick)
    sizes.set(set, set.spec.replicas - taken)
    spare -= taken
  }
  let healthy = all.reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0) - least
  for (const set of oldSets) {
    const size = sizes.get(set) ?? 0
    const taken = Math.max(0, Math.min(healthy, size))
    sizes.set(set, size - taken)
    healthy -= taken
  }
  return [...sizes].map(([set, size]) => resize(rollout, set, size)).some((changed) => changed)
}

/** Old, empty ReplicaSets beyond the history limit go, oldest first. */
function tidyHistory({ context, deployment }: Rollout, { oldSets }: Sets): void {
  const empty = oldSets.filter((set) => set.spec.replicas === 0 && (set.status?.replicas ?? 0) === 0)
  const surplus = oldSets.length - deployment.spec.revisionHistoryLimit
  for (const set of empty.slice(0, Math.max(0, surplus))) deleteObject(context, resourceOf('replicasets'), set)
}
