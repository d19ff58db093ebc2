/** A pod in the few words that panels and tests need. */
import { isReady } from './controllers/conditions.ts'
import { podReason } from './http/pod-reason.ts'
import { versionOf } from './sickness.ts'
import type { Pod } from './store/pod-objects.ts'

export interface PodFact {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** The image of the first container. */
  readonly image: string
  /** Its tag. */
  readonly version: string
  readonly ready: boolean
  /** Restarts of all containers together. */
  readonly restarts: number
  readonly phase: string
  /** The word that `kubectl get pods` shows: Running, CrashLoopBackOff, Terminating... */
  readonly reason: string
  readonly terminating: boolean
  /** Empty until it is scheduled. */
  readonly node: string
}

export function podFact(pod: Pod): PodFact {
  return {
    name: pod.metadata.name,
    labels: pod.metadata.labels ?? {},
    image: pod.spec.containers[0]?.image ?? '',
    version: versionOf(pod),
    ready: isReady(pod),
    restarts: (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
    phase: pod.status?.phase ?? 'Pending',
    reason: podReason(pod),
    terminating: pod.metadata.deletionTimestamp !== undefined,
    node: pod.spec.nodeName ?? '',
  }
}
