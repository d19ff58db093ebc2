/** A pod as the guard sees it. */
import type { PodSighting } from '../../playbook/pods.ts'
import { countAt, type JsonObject, listAt, textAt } from './json.ts'

/** Reasons for which a waiting container is sick; others (ContainerCreating, PodInitializing) are only young. */
const SICK_WAITING = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
])

/** Containers and init containers alike: a pod whose init container crashes never starts. */
function containerStatuses(pod: JsonObject): readonly unknown[] {
  return [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')]
}

function troubleOf(status: unknown): string | undefined {
  const waiting = textAt(status, 'state', 'waiting', 'reason')
  if (waiting !== undefined && SICK_WAITING.has(waiting)) return waiting
  const ended = failedReason(status, 'state')
  if (ended !== undefined) return ended
  // A container that runs again after a crash stays in trouble until it is ready.
  const ready = typeof status === 'object' && status !== null && 'ready' in status && status.ready === true
  return ready ? undefined : failedReason(status, 'lastState')
}

/** Why a container ended; undefined when it did not, or ended well (an init container that is done). */
function failedReason(status: unknown, state: 'state' | 'lastState'): string | undefined {
  const code = countAt(status, state, 'terminated', 'exitCode')
  const reason = textAt(status, state, 'terminated', 'reason')
  if (reason === undefined) return code === 0 ? undefined : 'Error'
  return code === 0 && reason === 'Completed' ? undefined : reason
}

/** The pod was put out by its node, not by its program. */
const PUT_OUT = new Set(['Evicted', 'Preempting', 'NodeShutdown', 'Terminated', 'NodeLost', 'NodeAffinity', 'Shutdown'])

export function podSighting(pod: JsonObject): PodSighting {
  const statuses = containerStatuses(pod)
  const readiness = listAt(pod, 'status', 'conditions').find((row) => textAt(row, 'type') === 'Ready')
  const ready = textAt(readiness, 'status') === 'True'
  const failed = textAt(pod, 'status', 'phase') === 'Failed' ? (textAt(pod, 'status', 'reason') ?? 'Error') : undefined
  const deleted = textAt(pod, 'metadata', 'deletionTimestamp') !== undefined
  const terminating = deleted || (failed !== undefined && PUT_OUT.has(failed))
  return {
    name: textAt(pod, 'metadata', 'name') ?? '',
    ready,
    terminating,
    restarts: statuses.reduce<number>((sum, status) => sum + countAt(status, 'restartCount'), 0),
    // A container that is being killed ends with an error as well; that is no sickness.
    trouble: terminating ? null : (statuses.map(troubleOf).find((trouble) => trouble !== undefined) ?? failed ?? null),
    createdAt: Date.parse(textAt(pod, 'metadata', 'creationTimestamp') ?? '') || 0,
    readySince: ready ? Date.parse(textAt(readiness, 'lastTransitionTime') ?? '') || 0 : null,
  }
}
