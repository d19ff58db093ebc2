/** The one word of a pod's state that `kubectl get pods` shows. */
import type { Pod } from '../store/pod-objects.ts'

export function podReason({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating'
  for (const { state } of [...(status?.containerStatuses ?? [])].reverse()) {
    if (state.waiting) return state.waiting.reason
    if (state.terminated) return state.terminated.reason
  }
  return status?.reason ?? status?.phase ?? 'Pending'
}
