/**
 * The guard's judgement: sickness told from life, without any metrics store.
 *
 *   crash         a container ended with an error, was OOM-killed, restarted, or its image cannot be pulled; a pod that
 *                 did counts for good, also when it runs again, or another one stands in its place
 *   all-unready   every new pod that was ready once is unready (or the share of them that the settings name)
 *   some-unready  some of them are
 *   well          all else; a pod that is starting, being deleted, was evicted, or whose node went silent is no sickness
 *                 as long as others serve
 */
import type { CrashedPod, PodHealth, PodSighting } from './pods.ts'
import { counted } from './sentence.ts'
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
  const ready = pods.filter(isServing)
  const known = new Set(before?.wereReady ?? [])
  for (const pod of ready) known.add(pod.name)
  const present = new Set(pods.map((pod) => pod.name))
  const wereReady = [...known].filter((name) => present.has(name)).sort()
  const some = sickPods({ pods, wereReady }).length > 0 && ready.length > 0
  const crashed = withCrashed(before?.crashed ?? [], pods)
  return {
    at: now,
    wanted,
    ready: ready.length,
    pods,
    wereReady,
    someUnreadySince: some ? (before?.someUnreadySince ?? now) : null,
    ...(crashed.length > 0 && { crashed }),
  }
}

export function judgePods(health: PodHealth, settings: GuardSettings): PodVerdict {
  const crashed = withCrashed(health.crashed ?? [], health.pods)
  if (crashed.length >= settings.crashes) {
    const told = crashed.slice(0, 3).map(({ name, why }) => `${name} ${why}`)
    return { kind: 'crash', detail: `${soMany(crashed.length, health.wanted)} crashed: ${told.join('; ')}` }
  }
  const unready = unreadyPods(health)
  const sick = sickPods(health)
  if (health.ready === 0 && unready.length > 0) {
    return { kind: 'all-unready', detail: `${allOf(unready.length)} ${howUnready(unready, sick)}` }
  }
  if (sick.length === 0) return { kind: 'well' }
  const names = sick.slice(0, 3).map((pod) => pod.name)
  const detail = `${soMany(sick.length, health.wanted)} ${sick.length === 1 ? 'is' : 'are'} unready, without a crash: ${names.join(', ')}`
  const share = sick.length / (unready.length + health.ready)
  if (share >= settings.unreadyShare) return { kind: 'all-unready', detail }
  return { kind: 'some-unready', since: health.someUnreadySince ?? health.at, detail }
}

/** Is there anything in `next` that the record does not know yet? Keeps quiet looks out of the store. */
export function podsDiffer(before: PodHealth | null, next: PodHealth): boolean {
  const key = (health: PodHealth) =>
    JSON.stringify([
      health.wanted,
      health.ready,
      health.wereReady,
      health.someUnreadySince,
      health.pods.map((pod) => [
        pod.name,
        pod.ready,
        pod.terminating,
        pod.restarts,
        pod.trouble,
        pod.nodeLost ?? false,
        pod.routed ?? true,
      ]),
    ])
  return before === null || key(before) !== key(next)
}

function howUnready(unready: readonly PodSighting[], sick: readonly PodSighting[]): string {
  const one = unready.length === 1
  if (sick.length === 0) return one ? 'unready: its node went silent' : 'unready: their nodes went silent'
  if (!unready.every((pod) => pod.ready)) return 'unready, without a crash'
  return one ? 'ready, but its Service does not list it' : 'ready, but their Service lists none of them'
}

/** `2 of 3 new pods`; there may be more than are wanted, and one is no part of a number. */
function soMany(some: number, wanted: number): string {
  if (some > wanted) return counted(some, 'new pod')
  return wanted === 1 ? 'the only new pod' : `${some} of ${wanted} new pods`
}

function allOf(pods: number): string {
  return pods === 1 ? 'the only new pod is' : `all ${pods} new pods are`
}

/** Those known before, and those seen now: each pod once, however often it fell over. */
function withCrashed(known: readonly CrashedPod[], pods: readonly PodSighting[]): readonly CrashedPod[] {
  const names = new Set(known.map((pod) => pod.name))
  const found = pods.filter((pod) => hasCrashed(pod) && !names.has(pod.name))
  return [...known, ...found.map((pod) => ({ name: pod.name, why: describeCrash(pod) }))]
}

/** A pod on its way out has trouble only when it had it before it was told to go. */
function hasCrashed({ trouble, restarts, terminating }: PodSighting): boolean {
  return trouble !== null || (restarts > 0 && !terminating)
}

function unreadyPods({ pods, wereReady }: Pick<PodHealth, 'pods' | 'wereReady'>): readonly PodSighting[] {
  return pods.filter((pod) => !isServing(pod) && !pod.terminating && wereReady.includes(pod.name))
}

/** Ready, and listed by the Service that leads to it: the one without the other serves nobody. */
function isServing({ ready, terminating, routed }: PodSighting): boolean {
  return ready && !terminating && routed !== false
}

/** Without those whose node says nothing any more: that is not the version's fault. */
function sickPods(health: Pick<PodHealth, 'pods' | 'wereReady'>): readonly PodSighting[] {
  return unreadyPods(health).filter((pod) => pod.nodeLost !== true)
}

function describeCrash({ trouble, restarts }: PodSighting): string {
  const times = restarts > 0 ? `, ${restarts} restart${restarts === 1 ? '' : 's'}` : ''
  return `${trouble ?? 'restarted'}${times}`
}
