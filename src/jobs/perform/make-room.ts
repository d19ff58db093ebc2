/**
 * The version kept by an earlier deployment makes room: not when the next one is asked for, but when it is about to
 * touch the cluster. A version that the registry does not have, or that nobody approves, costs nobody the way back.
 */
import type { Deployment } from '../../playbook/deployment.ts'
import { hasWayBack } from '../../playbook/deployment.ts'
import { followUp } from '../../ports/follow-up.ts'
import { recordThrough } from '../../ports/ledger.ts'
import type { Engine } from '../engine.ts'

/** Ends the keep time of the last deployment that went through before this one, if it has not ended. */
export async function makeRoom(engine: Engine, deployment: Deployment): Promise<void> {
  const earlier = await lastCompleted(engine, deployment)
  const now = engine.clock.now()
  if (!earlier || !hasWayBack(earlier, now)) return
  const outcome = await recordThrough(engine.store, earlier.id, engine.clock.now, () => ({
    event: { type: 'superseded', by: deployment.id },
  }))
  if (outcome.ok) await followUp(engine.queue, outcome.value.deployment, outcome.value.entries, now)
}

async function lastCompleted({ store }: Engine, { service, number }: Deployment): Promise<Deployment | undefined> {
  for (let before = number - 1; before > 0; before -= 1) {
    const earlier = await store.load(`${service}-${before}`)
    if (earlier?.status === 'completed') return earlier
    if (earlier && earlier.pin !== null) return undefined
  }
  return undefined
}
