/** The status of a Deployment: counts, and the conditions Available, Progressing and ReplicaFailure. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import { sameJson } from '../store/json.ts'
import type { Deployment, DeploymentStatus, ReplicaSet } from '../store/kube-objects.ts'
import type { Condition } from '../store/object-meta.ts'
import { conditionOf, withCondition } from './conditions.ts'
import { fenceposts, type Sets } from './deployment-sets.ts'
import type { LookAgain } from './reconciler.ts'

/** What the rollout did just now, when it is worth a reason of its own. */
export interface ProgressNote {
  readonly reason: string
  readonly message: string
}

interface Counts {
  readonly replicas: number
  readonly updatedReplicas: number
  readonly readyReplicas: number
  readonly availableReplicas: number
  readonly unavailableReplicas: number
  readonly terminatingReplicas: number
}

export function isComplete(deployment: Deployment, sets: Sets): boolean {
  const { replicas } = deployment.spec
  const counts = countsOf(sets)
  return counts.updatedReplicas === replicas && counts.replicas === replicas && counts.availableReplicas === replicas
}

function countsOf({ newSet, oldSets }: Sets): Counts {
  const all = [...oldSets, ...(newSet ? [newSet] : [])]
  const sum = (pick: (set: ReplicaSet) => number | undefined) => all.reduce((total, set) => total + (pick(set) ?? 0), 0)
  const availableReplicas = sum((set) => set.status?.availableReplicas)
  return {
    replicas: sum((set) => set.status?.replicas),
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: sum((set) => set.status?.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, sum((set) => set.spec.replicas) - availableReplicas),
    terminatingReplicas: sum((set) => set.status?.terminatingReplicas),
  }
}

export function writeDeploymentStatus(
  context: ClusterContext,
  deployment: Deployment,
  sets: Sets,
  note: ProgressNote | undefined,
  again: LookAgain,
): void {
  const { store, clock } = context
  const current = store.get('deployments', deployment.metadata.namespace, deployment.metadata.name)
  if (!current) return
  again(undefined, deployment)
  const counts = countsOf(sets)
  const now = timestamp(clock.now())
  const before = current.status?.conditions
  const least = deployment.spec.replicas - fenceposts(deployment).maxUnavailable
  let conditions = withCondition(before, availability(counts.availableReplicas >= least, before, now), now)
  const progress = progressOf(context, { deployment, current, sets, counts, note, again })
  conditions = progress ? withCondition(conditions, progress, now) : conditions
  const failure = conditionOf(sets.newSet?.status?.conditions, 'ReplicaFailure')
  conditions = failure
    ? withCondition(conditions, failure, now)
    : conditions.filter(({ type }) => type !== 'ReplicaFailure')
  const status: DeploymentStatus = {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: counts.replicas,
    ...withoutZeros(counts),
    terminatingReplicas: counts.terminatingReplicas,
    conditions,
  }
  if (!sameJson(current.status, status)) store.put('deployments', { ...current, status })
}

/** Kubernetes leaves counts of 0 out of the status. */
function withoutZeros(counts: Counts): Partial<Counts> {
  const { updatedReplicas, readyReplicas, availableReplicas, unavailableReplicas } = counts
  const entries = Object.entries({ updatedReplicas, readyReplicas, availableReplicas, unavailableReplicas })
  return Object.fromEntries(entries.filter(([, count]) => count > 0))
}

function availability(available: boolean, before: readonly Condition[] | undefined, now: string): Condition {
  const next: Condition = available
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      }
  return { ...next, lastUpdateTime: updateTime(conditionOf(before, 'Available'), next, now) }
}

function updateTime(before: Condition | undefined, next: Condition, now: string): string {
  const same = before?.status === next.status && before.reason === next.reason && before.message === next.message
  return same ? (before.lastUpdateTime ?? now) : now
}

interface Progress {
  readonly deployment: Deployment
  readonly current: Deployment
  readonly sets: Sets
  readonly counts: Counts
  readonly note: ProgressNote | undefined
  readonly again: LookAgain
}

/** The Progressing condition; undefined leaves it as it is. */
function progressOf(context: ClusterContext, progress: Progress): Condition | undefined {
  const { deployment, current, sets, note } = progress
  const now = context.clock.now()
  const before = conditionOf(current.status?.conditions, 'Progressing')
  const make = (status: 'True' | 'False' | 'Unknown', reason: string, message: string): Condition => {
    const next: Condition = { type: 'Progressing', status, reason, message }
    return { ...next, lastUpdateTime: updateTime(before, next, timestamp(now)) }
  }
  if (deployment.spec.paused === true) {
    return before?.reason === 'DeploymentPaused'
      ? undefined
      : make('Unknown', 'DeploymentPaused', 'Deployment is paused')
  }
  const name = sets.newSet?.metadata.name ?? ''
  if (note) return make('True', note.reason, note.message)
  if (before?.reason === 'DeploymentPaused') {
    watchDeadline(progress, now)
    return make('Unknown', 'DeploymentResumed', 'Deployment is resumed')
  }
  const wasComplete = before?.reason === 'NewReplicaSetAvailable' && sameRollout(before, name)
  if (isComplete(deployment, sets)) {
    return make('True', 'NewReplicaSetAvailable', `ReplicaSet "${name}" has successfully progressed.`)
  }
  if (wasComplete) return undefined
  if (hasProgressed(progress) || !before || before.reason === 'NewReplicaSetAvailable') {
    watchDeadline(progress, now)
    const message = `ReplicaSet "${name}" is progressing.`
    return { ...make('True', 'ReplicaSetUpdated', message), lastUpdateTime: timestamp(now) }
  }
  const deadline = Date.parse(before.lastUpdateTime ?? timestamp(now)) + deployment.spec.progressDeadlineSeconds * 1000
  if (before.reason === 'ProgressDeadlineExceeded') return undefined
  if (now >= deadline) {
    return make('False', 'ProgressDeadlineExceeded', `ReplicaSet "${name}" has timed out progressing.`)
  }
  progress.again(deadline, deployment)
  return undefined
}

function watchDeadline({ again, deployment }: Progress, now: number): void {
  again(now + deployment.spec.progressDeadlineSeconds * 1000, deployment)
}

function sameRollout(condition: Condition, setName: string): boolean {
  return condition.message?.includes(`"${setName}"`) === true
}

/** More new pods, fewer old ones, or more of them ready or available than the status says. */
function hasProgressed({ current, counts }: Progress): boolean {
  const before = current.status
  const old = (before?.replicas ?? 0) - (before?.updatedReplicas ?? 0)
  return (
    counts.updatedReplicas > (before?.updatedReplicas ?? 0) ||
    counts.replicas - counts.updatedReplicas < old ||
    counts.readyReplicas > (before?.readyReplicas ?? 0) ||
    counts.availableReplicas > (before?.availableReplicas ?? 0)
  )
}
