/** A container that ends by itself: its last state, and how long the kubelet waits before it starts again. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import type { SicknessKind } from '../sickness.ts'
import type { ContainerStatus, Pod } from '../store/pod-objects.ts'
import { containerIdOf, writePodStatus } from './pod-status.ts'
import type { RecordEvent } from './record-event.ts'

export interface Crash {
  readonly pod: Pod
  readonly names: readonly string[]
  readonly kind: 'crashloop' | 'oom'
}

export function isCrash(kind: SicknessKind): boolean {
  return kind === 'crashloop' || kind === 'oom'
}

/** The wait before restart n: none before the first, then 10 s, 20 s, 40 s up to the longest. */
function backOff({ timings }: ClusterContext, restarts: number): number {
  return restarts === 0 ? 0 : Math.min(timings.backOffMs * 2 ** (restarts - 1), timings.backOffMaxMs)
}

export function crashContainers(
  context: ClusterContext,
  record: RecordEvent,
  { pod, names, kind }: Crash,
): { readonly pod: Pod; readonly waitMs: number } {
  const now = timestamp(context.clock.now())
  const restarts = (pod.status?.containerStatuses ?? [])
    .filter(({ name }) => names.includes(name))
    .reduce((most, status) => Math.max(most, status.restartCount), 0)
  const waitMs = backOff(context, restarts)
  const owner = `${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid})`
  const statuses = (pod.status?.containerStatuses ?? []).map((status): ContainerStatus => {
    if (!names.includes(status.name)) return status
    const terminated = {
      exitCode: kind === 'oom' ? 137 : 1,
      reason: kind === 'oom' ? 'OOMKilled' : 'Error',
      startedAt: status.state.running?.startedAt ?? now,
      finishedAt: now,
      containerID: containerIdOf(pod, status.name, status.restartCount),
    }
    const message = `back-off ${Math.round(waitMs / 1000)}s restarting failed container=${status.name} pod=${owner}`
    const state = waitMs === 0 ? { terminated } : { waiting: { reason: 'CrashLoopBackOff', message } }
    return { ...status, ready: false, started: false, state, lastState: { terminated } }
  })
  const source = { component: 'kubelet', host: pod.spec.nodeName ?? '' }
  for (const name of waitMs === 0 ? [] : names) {
    const message = `Back-off restarting failed container ${name} in pod ${owner}`
    record(source, pod, { type: 'Warning', reason: 'BackOff', message, fieldPath: `spec.containers{${name}}` })
  }
  return { pod: writePodStatus(context, pod, statuses), waitMs }
}
