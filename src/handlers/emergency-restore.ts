/**
 * The emergency rollback, first half: traffic back, and seen to be back. It goes by what is written on the cluster, and
 * asks nobody: not the record, not Slack, not the readiness of what it goes back to.
 */
import { blindByHand, type Emergency, emergencyId, nameOfImage } from '../playbook/emergency.ts'
import { pinnedService } from '../playbook/pinned-service.ts'
import type { Refusal } from '../playbook/refusal.ts'
import { refuse, round } from '../playbook/refuse.ts'
import { counted, fullStop } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import { ClusterError, type Pinned, type RealShares, type WriteContext } from '../ports/cluster.ts'
import { emergencyContext } from '../ports/emergency-context.ts'
import { type EmergencyParts, type Order, pause, type Restored, whyOf } from './emergency-parts.ts'
import { tellRecord } from './emergency-record.ts'

/** Tried for so long, and again after so much; ms of the clock. */
const TRIED_MS = 60_000
const AGAIN_MS = 1_000
/** Endpoints follow a write within this time; looked at again so often; ms of the clock. */
const CONFIRM_WITHIN_MS = 10_000
const CONFIRM_AGAIN_MS = 100
/** One request to a health address, real ms. */
const PROBE_MS = 3_000

export type Restoring =
  | { readonly kind: 'restored'; readonly restored: Restored }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'not-restored'
      readonly emergency: Emergency
      readonly why: string
      readonly byHand: readonly string[]
    }

/** Never rejects: what goes wrong is told with what to do by hand. */
export async function restoreNow(parts: EmergencyParts, order: Order): Promise<Restoring> {
  const at = parts.clock.now()
  const { service, by, reason } = order
  const blank: Emergency = {
    id: emergencyId(service.name, at),
    service: service.name,
    by,
    reason,
    at,
    deployment: null,
    from: null,
    to: null,
    restoredAt: null,
  }
  let pinned: Pinned | null
  try {
    pinned = await untilAnswered(parts, order, at, () => parts.cluster.pinned(service, order.signal))
  } catch (error) {
    const why = `the cluster could not be asked: ${whyOf(error)}`
    return { kind: 'not-restored', emergency: blank, why, byHand: blindByHand(service) }
  }
  if (!pinned) return { kind: 'refused', refusal: await nothingPinned(parts, order) }
  const emergency = {
    ...blank,
    id: idAbove(order, at, pinned),
    deployment: pinned.deployment,
    from: pinned.badImage,
    to: pinned.pin.image,
  }
  order.say(foundText(service, pinned))
  // At the same time as the cluster is written: neither waits for the other.
  const recorded = tellRecord(parts, order, emergency)
  try {
    const frozen = { ...order, service: pinnedService(service, pinned.pin) }
    const { id, left } = await restore(parts, frozen, emergency, pinned)
    const restoredAt = parts.clock.now()
    order.say(`Traffic is restored: ${nameOfImage(pinned.pin.image)} has all of it${seen(left)}.`)
    await askHealth(parts, order)
    const done = { ...emergency, id, restoredAt }
    return { kind: 'restored', restored: { emergency: done, pinned, pin: pinned.pin, recorded } }
  } catch (error) {
    await recorded
    return { kind: 'not-restored', emergency, why: whyOf(error), byHand: pinned.byHand }
  }
}

/** What is going to happen, before somebody confirms; for the shell and for the first line of each emergency. */
export function foundText(service: Service, pinned: Pinned): string {
  const { pin, deployment, badImage, replaced, kept } = pinned
  const way = replaced
    ? kept
      ? `through the pods that were kept (${service.workload}-previous)`
      : `through ${service.workload}-previous, whose ${counted(pin.replicas, 'pod')} start first`
    : `on ${service.workload}, as it was before${pin.rollout ? '; those of its old pods that are gone start first' : ''}`
  return `Written down by ${deployment}: ${pin.image}, ${counted(pin.replicas, 'pod')}. All traffic goes back to ${nameOfImage(pin.image)} ${way}; then ${nameOfImage(badImage)} is scaled down.`
}

async function restore(
  parts: EmergencyParts,
  order: Order,
  emergency: Emergency,
  found: Pinned,
): Promise<{ readonly id: string; readonly left: number | null }> {
  const { clock, cluster } = parts
  const { service, signal } = order
  const since = clock.now()
  let pinned = found
  for (;;) {
    const id = pinned === found ? emergency.id : idAbove(order, emergency.at, pinned)
    const context = emergencyContext(id, 'restore', signal)
    try {
      if (pinned.replaced && !pinned.kept) await startOldPods(parts, order, pinned, context, since)
      const shares = await cluster.restore(service, pinned.pin, pinned.replaced, context)
      return { id, left: await confirm(parts, order, pinned, context, shares) }
    } catch (error) {
      // A worker that knows of it from the record has restored as well, and tidies already.
      if (error instanceof ClusterError && error.by === id) return { id, left: null }
      const hopeless = !(error instanceof ClusterError) || error.kind === 'refused'
      if (hopeless || signal.aborted || clock.now() - since >= TRIED_MS) throw error
      order.say(`Not yet: ${fullStop(error.message)} Tried again.`)
      await pause(clock, error.retryAfterMs ?? AGAIN_MS, signal)
      if (error.kind === 'fenced') pinned = (await cluster.pinned(service, signal)) ?? pinned
    }
  }
}

/** Above the token of every decision so far; also where the clock of who made it is ahead of ours. */
function idAbove({ service }: Order, at: number, { lastNumber }: Pinned): string {
  return emergencyId(service.name, Math.max(at, lastNumber + 1))
}

async function startOldPods(
  { cluster, clock }: EmergencyParts,
  { service, signal, say }: Order,
  { pin }: Pinned,
  context: WriteContext,
  since: number,
): Promise<void> {
  for (let told = -1; ; ) {
    const state = await cluster.ensureSlot(service, { slot: 'previous', pin, replicas: pin.replicas }, context)
    if (state.ready > 0) return
    if (clock.now() - since >= Math.max(TRIED_MS, service.timeouts.rolloutMs))
      throw new ClusterError('refused', `no pod of ${nameOfImage(pin.image)} became ready${because(state.stuck)}.`)
    if (told < 0) say(`Pods of ${nameOfImage(pin.image)} start; traffic follows as soon as one is ready.`)
    told = state.ready
    await pause(clock, AGAIN_MS, signal)
  }
}

function because(stuck: string | null): string {
  return stuck === null ? '' : ` (${stuck})`
}

/** Percent that still reach the bad version once it was waited for; null: the router does not show it. */
async function confirm(
  { cluster, clock }: EmergencyParts,
  { service, signal }: Order,
  pinned: Pinned,
  context: WriteContext,
  first: RealShares,
): Promise<number | null> {
  const since = clock.now()
  const leftOf = (shares: RealShares) => shares && (pinned.replaced ? 100 - shares.previous : shares.canary)
  for (let shares = first; ; ) {
    const left = leftOf(shares)
    if (left === null || left === 0) return left
    const waited = clock.now() - since
    const overdue = waited >= CONFIRM_WITHIN_MS
    // In place there is nowhere to go back to before an old pod stands.
    const nobody = pinned.pin.rollout !== undefined && shares?.stable === 0
    if (overdue && !nobody) return left
    if (waited >= Math.max(TRIED_MS, service.timeouts.rolloutMs))
      throw new ClusterError('refused', `no pod of ${nameOfImage(pinned.pin.image)} became ready.`)
    await pause(clock, CONFIRM_AGAIN_MS, signal)
    shares = await cluster.restore(service, pinned.pin, pinned.replaced, context, overdue)
  }
}

function seen(left: number | null): string {
  if (left === null) return ' (the router does not show shares)'
  return left > 0 ? `, as far as was written; the router still shows ${round(left)} % elsewhere` : ', read back'
}

/** The playbook's last look. What it finds is told; traffic is where it should be either way. */
async function askHealth({ probe }: EmergencyParts, { service, say }: Order): Promise<void> {
  for (const template of service.health.filter((address) => !address.includes('$version'))) {
    const answer = await probe.get(template, AbortSignal.timeout(PROBE_MS))
    say(
      answer.kind === 'answered'
        ? `${template} answers ${answer.status}.`
        : `${template} is silent: ${fullStop(answer.why)}`,
    )
  }
}

async function untilAnswered<T>(
  { clock }: EmergencyParts,
  { signal, say }: Order,
  since: number,
  ask: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const late = error instanceof ClusterError && error.kind === 'late'
      if (!late || signal.aborted || clock.now() - since >= TRIED_MS) throw error
      say(`Not yet: ${fullStop(error.message)} Tried again.`)
      await pause(clock, error.retryAfterMs ?? AGAIN_MS, signal)
    }
  }
}

async function nothingPinned({ cluster }: EmergencyParts, { service, signal }: Order): Promise<Refusal> {
  const there = await cluster.look(service, signal).then(
    ({ slots, shares }) =>
      (['stable', 'canary', 'previous'] as const)
        .filter((slot) => slots[slot].exists)
        .map((slot) => {
          const { image, ready, wanted } = slots[slot]
          const share = shares === null ? '' : `, ${round(shares[slot])} % of the traffic`
          return `${slot}: ${image ?? 'no image'}, ${ready} of ${counted(wanted, 'pod')} ready${share}`
        })
        .join('; '),
    (error: unknown) => `what is there could not be read (${whyOf(error)})`,
  )
  return refuse.nothingPinned(service, `On the cluster now: ${there === '' ? 'nothing' : there}.`).refusal
}
