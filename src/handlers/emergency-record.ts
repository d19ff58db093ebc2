/** What our own store learns of an emergency rollback, when it can be reached. Nothing here is waited for before traffic is back. */
import type { Block } from '../playbook/block.ts'
import { type Emergency, emergencyDetail } from '../playbook/emergency.ts'
import { versionOf } from '../playbook/image.ts'
import { asClause, fullStop } from '../playbook/sentence.ts'
import { followUp } from '../ports/follow-up.ts'
import { recordThrough } from '../ports/ledger.ts'
import { type EmergencyParts, type Order, withinReach } from './emergency-parts.ts'

/** The store is given so long, real ms: longer than its own limit for one call. */
const STORE_MS = 3_000

/** The record hears that it goes back, and whatever runs for it is interrupted. Never rejects. */
export async function tellRecord(parts: EmergencyParts, order: Order, emergency: Emergency): Promise<void> {
  const id = emergency.deployment
  if (id === null) return
  const { store, queue, clock } = parts
  const told = await withinReach(STORE_MS, async () => {
    const deployment = await store.load(id)
    if (!deployment) return `The record knows nothing of ${id}; it goes by what is on the cluster.`
    const reason = emergencyDetail(emergency.reason)
    const event = { type: 'rollback-asked', by: emergency.by, reason, emergency: emergency.id } as const
    const outcome = await recordThrough(store, id, clock.now, () => ({ event }))
    if (!outcome.ok) return `The record of ${id} says: ${outcome.refusal.what}`
    await queue.interrupt(id, reason)
    return `The record of ${id} knows that it goes back.`
  })
  order.say(
    told.ok
      ? told.value
      : `The record cannot be reached (${asClause(told.why)}); the cluster is written all the same, and a worker that comes back later is fenced off there.`,
  )
}

/**
 * After traffic is back: the record goes on from there, and the image is blocked. True when the record knows of it, so that
 * a worker sees it through. Never rejects.
 */
export async function handOver(parts: EmergencyParts, order: Order, emergency: Emergency): Promise<boolean> {
  const { store, queue, clock, log } = parts
  const id = emergency.deployment
  let known = false
  const closed = await withinReach(STORE_MS, async () => {
    if (id !== null && (await store.load(id))) {
      const event = { type: 'emergency-took-over', id: emergency.id } as const
      const outcome = await recordThrough(store, id, clock.now, () => ({ event }))
      const after = outcome.ok ? outcome.value.deployment : await store.load(id)
      known = after?.goingBack?.emergency === emergency.id
      if (after && known) await followUp(queue, after, outcome.ok ? outcome.value.entries : [], clock.now())
    }
    const block = blockOfEmergency(emergency)
    if (block) await store.block(block)
    return block
  })
  if (!closed.ok) {
    log.warn({ emergency: emergency.id, why: closed.why }, 'the record of an emergency rollback was not written')
    order.say(
      `Not recorded, and ${versionOf(emergency.from ?? 'the bad version')} is not blocked: ${fullStop(closed.why)}`,
    )
  } else if (closed.value) {
    const { service, version } = closed.value
    order.say(
      `${service} ${version} is blocked until an approver types /deploy unblock ${service} ${version} <reason>.`,
    )
  }
  return closed.ok && known
}

/** By the image that was seen on the cluster; null when none was, or when it went back to the same. */
function blockOfEmergency({ service, id, by, at, reason, from, to }: Emergency): Block | null {
  if (from === null || from === to) return null
  const digest = /@(.+)$/.exec(from)?.[1] ?? null
  return { service, version: versionOf(from), digest, deployment: id, at, by, why: reason }
}
