/**
 * The guard's judgement: sickness told from life, without any metrics store.
 *
 *   crash         a container ended with an error, was OOM-killed, restarted, or its image cannot be pulled
 *   all-unready   every new pod that was ready once is unready
 *   some-unready  some of them are
 *   well          all else; a pod that is starting, being deleted or was evicted is no sickness
 */
import type { PodHealth, PodSighting } from './pods.ts'
import type { GuardSettings } from './service.ts'

export type PodVerdict =
  | { readonly kind: 'well' }
  | { readonly kind: 'crash'; readonly detail: string }
  | { readonly kind: 'all-unready'; readonly detail: string }
  | { readonly kind: 'some-unready'; readonly since: number; readonly detail: string }

/** Joins what is seen now with what was seen before. */
export function seePods(
  before: PodHealth | null,
  now: number,
  wanted: number,
  pods: readonly PodSighting[],
): PodHealth {
  const ready = pods.filter((pod) => pod.ready && !pod.terminating)
  const known = new Set(before?.wereReady ?? [])
  for (const pod of ready) known.add(pod.name)
  const present = new Set(pods.map((pod) => pod.name))
  const wereReady = [...known].filter((name) => present.has(name)).sort()
  const unready = unreadyPods({ pods, wereReady })
  const some = unready.length > 0 && ready.length > 0
  return {
    at: now,
    wanted,
    ready: ready.length,
    pods,
    wereReady,
    someUnreadySince: some ? (before?.someUnreadySince ?? now) : null,
  }
}

export function judgePods(health: PodHealth, settings: GuardSettings): PodVerdict {
  const crashed = health.pods.filter((pod) => !pod.terminating && (pod.trouble !== null || pod.restarts > 0))
  if (crashed.length >= settings.crashes)
    return {
      kind: 'crash',
      detail: `${crashed.length} of ${health.wanted} new pods: ${crashed.slice(0, 3).map(describePod).join('; ')}`,
    }
  const unready = unreadyPods(health)
  if (unready.length === 0) return { kind: 'well' }
  if (health.ready === 0)
    return { kind: 'all-unready', detail: `all ${unready.length} new pods are unready, without a crash` }
  return {
    kind: 'some-unready',
    since: health.someUnreadySince ?? health.at,
    detail: `${unready.length} of ${health.wanted} new pods unready, without a crash: ${unready
      .map((pod) => pod.name)
      .slice(0, 3)
      .join(', ')}`,
  }
}

/** Is there anything in `next` that the record does not know yet? Keeps quiet looks out of the store. */
export function podsDiffer(before: PodHealth | null, next: PodHealth): boolean {
  const key = (health: PodHealth) =>
    JSON.stringify([
      health.wanted,
      health.ready,
      health.wereReady,
      health.someUnreadySince,
      health.pods.map((pod) => [pod.name, pod.ready, pod.terminating, pod.restarts, pod.trouble]),
    ])
  return before === null || key(before) !== key(next)
}

function unreadyPods({ pods, wereReady }: Pick<PodHealth, 'pods' | 'wereReady'>): PodSighting[] {
  return pods.filter((pod) => !pod.ready && !pod.terminating && wereReady.includes(pod.name))
}

function describePod(pod: PodSighting): string {
  const restarts = pod.restarts > 0 ? `, ${pod.restarts} restart${pod.restarts === 1 ? '' : 's'}` : ''
  return `${pod.name} ${pod.trouble ?? 'restarted'}${restarts}`
}
