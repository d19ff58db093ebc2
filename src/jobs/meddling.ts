/**
 * Looks whether somebody else changed what a live deployment owns. The record is loaded before and after the cluster is
 * asked: only while it stood still is a difference somebody else's, and not a step of ours that was faster than its save.
 */
import type { Deployment } from '../playbook/deployment.ts'
import { ownedBy } from '../playbook/ownership.ts'
import { refuse } from '../playbook/refuse.ts'
import type { Sighting } from '../ports/cluster.ts'
import { announceJob } from '../ports/follow-up.ts'
import { type Judged, recordThrough } from '../ports/ledger.ts'
import type { Engine } from './engine.ts'

/** A record that moves on each time is left for the next look. */
const TRIES = 3

/** Records what somebody else changed. True when that is news. Throws ClusterError when the cluster cannot be asked. */
export async function noteMeddling(
  engine: Engine,
  id: string,
  { shares }: Sighting,
  signal: AbortSignal,
): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const before = await engine.store.load(id)
    const owned = before && ownedBy(before)
    if (!before || !owned) return false
    const changes = await engine.cluster.foreign(before.plan.service, owned, signal)
    if (changes.length === 0) return false
    let moved = false
    const outcome = await recordThrough(engine.store, id, engine.clock.now, (current): Judged => {
      moved = current.revision !== before.revision
      if (moved) return { refusal: refuse.stale(current).refusal }
      return { event: { type: 'changed-by-others', changes, realShare: shares?.canary ?? null } }
    })
    if (outcome.ok) {
      const { deployment, entries } = outcome.value
      await engine.queue.add(announceJob(deployment, entries, engine.clock.now()))
      return true
    }
    if (!moved) return false
  }
  return false
}

/**
 * Before a forward step writes: true when it must not, because somebody else changed something meanwhile. A record that
 * moves on is not judged here; the guard looks again.
 */
export async function isMeddledWith(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<boolean> {
  const owned = ownedBy(deployment)
  if (!owned) return false
  const sighting = await engine.cluster.look(deployment.plan.service, signal, owned)
  if (!sighting.differs?.length) return false
  return noteMeddling(engine, deployment.id, sighting, signal)
}
