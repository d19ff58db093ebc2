/**
 * Traffic that was brought back stays back: somebody who undoes it while requests still drain is overruled at once, and
 * named. The way back is the one thing that fights; it asks nobody.
 */
import type { Deployment } from '../playbook/deployment.ts'
import { goesThroughPrevious } from '../playbook/deployment.ts'
import type { ForeignChange } from '../playbook/foreign-change.ts'
import { changeText } from '../playbook/meddling-words.ts'
import { ownedBy } from '../playbook/ownership.ts'
import { ClusterError } from '../ports/cluster.ts'
import { announceJob } from '../ports/follow-up.ts'
import { recordThrough } from '../ports/ledger.ts'
import type { Engine } from './engine.ts'
import { writeContext } from './perform/result.ts'

/** Restores again where somebody undid it. Throws ClusterError when the cluster cannot be asked. */
export async function keepRestored(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<void> {
  const owned = ownedBy(deployment)
  if (!owned || owned.traffic.length === 0) return
  const { service } = deployment.plan
  const { differs = [] } = await engine.cluster.look(service, signal, owned)
  if (differs.length === 0) return
  const changes = await engine.cluster.foreign(service, owned, signal)
  if (changes.length === 0) return
  const context = writeContext(deployment, signal)
  // It was restored once: with as many old pods as there were then.
  await engine.cluster.restore(service, owned.pin, goesThroughPrevious(deployment), context, true)
  const outcome = await recordThrough(engine.store, deployment.id, engine.clock.now, () => ({
    event: { type: 'restore-undone', changes },
  }))
  if (!outcome.ok) return
  const { deployment: after, entries } = outcome.value
  await engine.queue.add(announceJob(after, entries, engine.clock.now()))
}

/** Who undid it, as sentences; undefined when nobody did, or it cannot be said: nothing waits for this. */
export async function undoneBy(
  engine: Engine,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<string | undefined> {
  const owned = ownedBy(deployment)
  if (!owned || owned.traffic.length === 0) return undefined
  let changes: readonly ForeignChange[]
  try {
    changes = await engine.cluster.foreign(deployment.plan.service, owned, signal)
  } catch (error) {
    if (error instanceof ClusterError) return undefined
    throw error
  }
  return changes.length === 0 ? undefined : `undone by others: ${changes.map(changeText).join('; ')}`
}
