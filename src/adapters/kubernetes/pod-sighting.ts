/** A pod as the guard sees it. */
import type { PodSighting } from '../../playbook/pods.ts'
import { containerStatuses, restartsOf, troubleBefore, troubleOf } from './container-trouble.ts'
import { countAt, type JsonObject, listAt, textAt } from './json.ts'

/** The pod was put out by its node, or never let in, not ended by its program. */
const PUT_OUT = new Set([
  'Evicted',
  'Preempting',
  'NodeShutdown',
  'Terminated',
  'NodeLost',
  'NodeAffinity',
  'Shutdown',
  'UnexpectedAdmissionError',
  'OutOfcpu',
  'OutOfmemory',
  'OutOfpods',
  'OutOfephemeral-storage',
])

export function podSighting(pod: JsonObject): PodSighting {
  const readiness = conditionOf(pod, 'Ready')
  const ready = textAt(readiness, 'status') === 'True'
  const failed = textAt(pod, 'status', 'phase') === 'Failed' ? (textAt(pod, 'status', 'reason') ?? 'Error') : undefined
  const deleted = textAt(pod, 'metadata', 'deletionTimestamp') !== undefined
  const terminating = deleted || isPutOut(pod, failed)
  return {
    name: textAt(pod, 'metadata', 'name') ?? '',
    ready,
    terminating,
    restarts: containerStatuses(pod).reduce<number>((sum, status) => sum + restartsOf(status), 0),
    trouble: terminating ? troubleBeforeItsEnd(pod) : (firstTrouble(pod, troubleOf) ?? failed ?? null),
    createdAt: Date.parse(textAt(pod, 'metadata', 'creationTimestamp') ?? '') || 0,
    readySince: ready ? Date.parse(textAt(readiness, 'lastTransitionTime') ?? '') || 0 : null,
    ...(isNodeLost(pod, readiness) && { nodeLost: true }),
  }
}

function conditionOf(pod: JsonObject, type: string): unknown {
  return listAt(pod, 'status', 'conditions').find((row) => textAt(row, 'type') === type)
}

/** `DisruptionTarget` is set on a pod that is drained, preempted, or taken off a node by Kubernetes. */
function isPutOut(pod: JsonObject, failed: string | undefined): boolean {
  if (failed !== undefined && PUT_OUT.has(failed)) return true
  return textAt(conditionOf(pod, 'DisruptionTarget'), 'status') === 'True'
}

/**
 * A container that is being killed ends with an error as well; that is no sickness. One that ended with an error before
 * the pod was told to go is: the pod that comes in its place would hide it.
 */
function troubleBeforeItsEnd(pod: JsonObject): string | null {
  const due = Date.parse(textAt(pod, 'metadata', 'deletionTimestamp') ?? '')
  if (Number.isNaN(due)) return null
  const asked = due - 1000 * countAt(pod, 'metadata', 'deletionGracePeriodSeconds')
  return firstTrouble(pod, (status) => troubleBefore(status, asked)) ?? null
}

function firstTrouble(pod: JsonObject, find: (status: unknown) => string | undefined): string | undefined {
  return containerStatuses(pod)
    .map(find)
    .find((trouble) => trouble !== undefined)
}

/**
 * The pod's node went silent: Kubernetes then takes the pod's Ready away, and leaves what the node said last of its
 * containers. Where a readiness gate is not met the same two conditions differ, and the reason says so.
 */
function isNodeLost(pod: JsonObject, readiness: unknown): boolean {
  return (
    textAt(readiness, 'status') === 'False' &&
    textAt(readiness, 'reason') !== 'ReadinessGatesNotReady' &&
    textAt(conditionOf(pod, 'ContainersReady'), 'status') === 'True'
  )
}
