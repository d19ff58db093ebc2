/** The end of a pod: preStop, then the container's own shutdown, within the grace period; then it is gone. */
import { after, type ClusterContext } from '../cluster-context.ts'
import type { Pod } from '../store/pod-objects.ts'
import { currentPod } from './pod-status.ts'
import type { RecordEvent } from './record-event.ts'

/** Returns what cancels the end (only when the cluster stops). */
export function endPod(context: ClusterContext, record: RecordEvent, pod: Pod): () => void {
  for (const { name } of pod.spec.containers) {
    const source = { component: 'kubelet', host: pod.spec.nodeName ?? '' }
    const fieldPath = `spec.containers{${name}}`
    record(source, pod, { type: 'Normal', reason: 'Killing', message: `Stopping container ${name}`, fieldPath })
  }
  const grace = (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000
  const running = (pod.status?.containerStatuses ?? []).some(({ state }) => state.running)
  const wait = running ? Math.min(preStopMs(pod) + context.timings.stopMs, grace) : 0
  return after(context, wait, () => {
    const found = currentPod(context, pod)
    if (found) context.store.remove('pods', found.metadata.namespace, found.metadata.name)
  })
}

/** How long the slowest preStop hook sleeps; hooks that do something else take no time here. */
function preStopMs(pod: Pod): number {
  const sleeps = pod.spec.containers.map(({ lifecycle }) => {
    const { sleep, exec } = lifecycle?.preStop ?? {}
    if (sleep) return sleep.seconds ?? 0
    return Number(/\bsleep\s+(\d+)/.exec((exec?.command ?? []).join(' '))?.[1] ?? 0)
  })
  return Math.max(0, ...sleeps) * 1000
}
