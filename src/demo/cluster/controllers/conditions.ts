/** Lists of conditions in a status, and what they say about pods. */
import type { Condition } from '../store/object-meta.ts'
import type { Pod } from '../store/pod-objects.ts'

/** The list with one condition set; its transition time moves only when the status does. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  next: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): readonly Condition[] {
  const before = conditions?.find((condition) => condition.type === next.type)
  const lastTransitionTime = before?.status === next.status ? (before.lastTransitionTime ?? now) : now
  const others = conditions?.filter((condition) => condition.type !== next.type) ?? []
  const at = conditions?.findIndex((condition) => condition.type === next.type) ?? -1
  const condition: Condition = { ...next, lastTransitionTime }
  return at < 0 ? [...others, condition] : [...others.slice(0, at), condition, ...others.slice(at)]
}

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type)
}

export function isReady(pod: Pod): boolean {
  return conditionOf(pod.status?.conditions, 'Ready')?.status === 'True'
}

/** Neither ended nor being deleted: counts as one of its ReplicaSet's. */
export function isActive(pod: Pod): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed'
  )
}

/** The moment (ms) from which a ready pod counts as available; undefined when it is not ready. */
export function availableAt(pod: Pod, minReadySeconds: number): number | undefined {
  const ready = conditionOf(pod.status?.conditions, 'Ready')
  if (ready?.status !== 'True') return undefined
  return Date.parse(ready.lastTransitionTime ?? pod.metadata.creationTimestamp) + minReadySeconds * 1000
}
