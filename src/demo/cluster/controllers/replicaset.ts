/** The ReplicaSet controller: as many pods as asked for, and their counts in the status. */
import { createObject } from '../api/create-object.ts'
import { deleteObject } from '../api/delete-object.ts'
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import { ApiError } from '../store/api-error.ts'
import { sameJson } from '../store/json.ts'
import type { ReplicaSet, ReplicaSetStatus } from '../store/kube-objects.ts'
import type { Condition } from '../store/object-meta.ts'
import type { Pod } from '../store/pod-objects.ts'
import { resourceOf } from '../store/resources.ts'
import { availableAt, isActive, isReady, withCondition } from './conditions.ts'
import { controlledBy, ownerKeys } from './owner-keys.ts'
import { type Controller, keyOf, type LookAgain } from './reconciler.ts'
import type { RecordEvent } from './record-event.ts'

const SOURCE = { component: 'replicaset-controller' }

export function replicaSetController(context: ClusterContext, record: RecordEvent, again: LookAgain): Controller {
  return {
    concerns: ({ resource, object }) => {
      if (resource === 'replicasets') return [keyOf(object)]
      return resource === 'pods' ? ownerKeys(object, 'ReplicaSet') : []
    },
    reconcile: ({ namespace, name }) => {
      const set = context.store.get('replicasets', namespace, name)
      if (!set) return
      const failure = set.metadata.deletionTimestamp === undefined ? adjust(context, record, set) : undefined
      writeStatus(context, set, failure, again)
    },
  }
}

/** Creates or deletes pods; the message of the API when it refused one. */
function adjust(context: ClusterContext, record: RecordEvent, set: ReplicaSet): string | undefined {
  const pods = context.store.ownedBy('pods', set.metadata.uid)
  const active = pods.filter(isActive)
  const missing = set.spec.replicas - active.length
  for (let made = 0; made < missing; made++) {
    const failure = createPod(context, record, set)
    if (failure !== undefined) return failure
  }
  if (missing >= 0) return undefined
  const surplus = [...active].sort(leastWanted).slice(0, -missing)
  for (const pod of surplus) {
    deleteObject(context, resourceOf('pods'), pod)
    record(SOURCE, set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` })
  }
  return undefined
}

function createPod(context: ClusterContext, record: RecordEvent, set: ReplicaSet): string | undefined {
  const { template } = set.spec
  const body = {
    metadata: {
      ...template.metadata,
      generateName: `${set.metadata.name}-`,
      ownerReferences: controlledBy(set),
    },
    spec: template.spec,
  }
  const options = { dryRun: false, fieldManager: 'kube-controller-manager', force: false }
  try {
    const pod = createObject(context, resourceOf('pods'), set.metadata.namespace, body, options)
    record(SOURCE, set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` })
    return undefined
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    record(SOURCE, set, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${error.message}` })
    return error.message
  }
}

/** Kubernetes' order of who goes first: without node, pending, not ready, cheap, ready for a shorter time, restarted, younger. */
function leastWanted(a: Pod, b: Pod): number {
  const restarts = (pod: Pod) =>
    (pod.status?.containerStatuses ?? []).reduce((most, status) => Math.max(most, status.restartCount), 0)
  const cost = (pod: Pod) => Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)
  const younger = (x: string, y: string) => (x === y ? 0 : x < y ? 1 : -1)
  return (
    Number(a.spec.nodeName !== undefined) - Number(b.spec.nodeName !== undefined) ||
    Number(a.status?.phase === 'Running') - Number(b.status?.phase === 'Running') ||
    Number(isReady(a)) - Number(isReady(b)) ||
    cost(a) - cost(b) ||
    (availableAt(b, 0) ?? 0) - (availableAt(a, 0) ?? 0) ||
    restarts(b) - restarts(a) ||
    younger(a.metadata.creationTimestamp, b.metadata.creationTimestamp)
  )
}

function writeStatus(context: ClusterContext, set: ReplicaSet, failure: string | undefined, again: LookAgain): void {
  const now = context.clock.now()
  const pods = context.store.ownedBy('pods', set.metadata.uid)
  const active = pods.filter(isActive)
  const moments = active.flatMap((pod) => availableAt(pod, set.spec.minReadySeconds ?? 0) ?? [])
  const next = Math.min(...moments.filter((at) => at > now))
  again(Number.isFinite(next) ? next : undefined, set)
  const status: ReplicaSetStatus = {
    replicas: active.length,
    fullyLabeledReplicas: active.length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: moments.filter((at) => at <= now).length,
    terminatingReplicas: pods.length - active.length,
    observedGeneration: set.metadata.generation ?? 1,
    ...failureCondition(set.status?.conditions, failure, timestamp(now)),
  }
  const current = context.store.get('replicasets', set.metadata.namespace, set.metadata.name)
  if (current && !sameJson(current.status, status)) context.store.put('replicasets', { ...current, status })
}

function failureCondition(before: readonly Condition[] | undefined, message: string | undefined, now: string) {
  if (message === undefined) return {}
  const condition = { type: 'ReplicaFailure', status: 'True' as const, reason: 'FailedCreate', message }
  return { conditions: withCondition(before, condition, now) }
}
