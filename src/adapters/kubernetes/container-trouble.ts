/** What a container's status says about its health. */
import { countAt, type JsonObject, listAt, objectAt, textAt } from './json.ts'

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

/** The node was away, and does not know how the container ended: nothing that it did. */
const NOT_KNOWN = new Set(['ContainerStatusUnknown', 'Unknown'])

/** Containers and init containers alike: a pod whose init container crashes never starts. */
export function containerStatuses(pod: JsonObject): readonly unknown[] {
  return [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')]
}

export function troubleOf(status: unknown): string | undefined {
  const waiting = textAt(status, 'state', 'waiting', 'reason')
  if (waiting !== undefined && SICK_WAITING.has(waiting)) return waiting
  const ended = failedReason(status, 'state')
  if (ended !== undefined) return ended
  // A container that runs again after a crash stays in trouble until it is ready.
  const ready = objectAt({ status }, 'status').ready === true
  return ready ? undefined : failedReason(status, 'lastState')
}

/** Trouble of a container that is being stopped: only what came before `asked`, ms since the epoch. */
export function troubleBefore(status: unknown, asked: number): string | undefined {
  for (const state of ['state', 'lastState'] as const) {
    const ended = Date.parse(textAt(status, state, 'terminated', 'finishedAt') ?? '')
    if (ended < asked) {
      const reason = failedReason(status, state)
      if (reason !== undefined) return reason
    }
  }
  return undefined
}

/** Restarts after an end that the container made itself. */
export function restartsOf(status: unknown): number {
  const count = countAt(status, 'restartCount')
  const last = textAt(status, 'lastState', 'terminated', 'reason')
  return last !== undefined && NOT_KNOWN.has(last) ? Math.max(0, count - 1) : count
}

/** Why a container ended; undefined when it did not, ended well (an init container that is done), or nobody knows. */
function failedReason(status: unknown, state: 'state' | 'lastState'): string | undefined {
  const code = countAt(status, state, 'terminated', 'exitCode')
  const reason = textAt(status, state, 'terminated', 'reason')
  if (reason === undefined) return code === 0 ? undefined : 'Error'
  if (NOT_KNOWN.has(reason)) return undefined
  return code === 0 && reason === 'Completed' ? undefined : reason
}
