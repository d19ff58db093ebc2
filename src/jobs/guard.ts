/**
 * The guard: looks at the new version's pods at all times while they may fall ill, without any metrics store. Woken by
 * the cluster's watch, with a poll beneath it. What it decides is acted on in the same run.
 */
import type { Deployment } from '../playbook/deployment.ts'
import { emergencyTime, isEmergency } from '../playbook/emergency.ts'
import { judgePods, podsDiffer, seePods } from '../playbook/judge-pods.ts'
import { ownedBy } from '../playbook/ownership.ts'
import { refuse } from '../playbook/refuse.ts'
import { ClusterError } from '../ports/cluster.ts'
import { announceJob, guardJob, isGuarded } from '../ports/follow-up.ts'
import { type Judged, recordThrough } from '../ports/ledger.ts'
import type { Engine } from './engine.ts'
import { keepRestored } from './keep-restored.ts'
import { noteMeddling } from './meddling.ts'
import { moveDeployment } from './move.ts'

/** While a watch tells of every change, the poll beneath it is so many times slower. */
const WATCHED_FACTOR = 6

export async function guard(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  const deployment = await engine.store.load(id)
  if (!deployment || !isGuarded(deployment)) return
  const { pollMs } = deployment.plan.service.guard
  let pause = pollMs
  try {
    if (deployment.status === 'going-back') await keepRestored(engine, deployment, signal)
    else {
      const { changed, watched } = await look(engine, deployment, signal)
      if (watched) pause = pollMs * WATCHED_FACTOR
      if (changed) await moveDeployment(engine, id, signal)
    }
  } catch (error) {
    // Not seen is not sick: the next look comes soon, and the log says why this one failed.
    if (!(error instanceof ClusterError)) throw error
    engine.log.warn({ deployment: id }, `the guard could not look: ${error.message}`)
  }
  await engine.queue.add(guardJob(deployment, engine.clock.now() + pause))
}

/** An emergency rollback acted while the record could not be reached: what the cluster says counts. */
async function follow(engine: Engine, deployment: string, emergency: string): Promise<boolean> {
  const outcome = await recordThrough(engine.store, deployment, engine.clock.now, (current): Judged => {
    // One that is older than the deployment left its token for others.
    if (emergencyTime(emergency) < current.createdAt) return refuse.stale(current)
    return { event: { type: 'emergency-took-over', id: emergency } }
  })
  if (outcome.ok) {
    const { deployment: after, entries } = outcome.value
    await engine.queue.add(announceJob(after, entries, engine.clock.now()))
  }
  return outcome.ok
}

/** `changed`: what was seen changes what happens next. */
async function look(
  engine: Engine,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<{ readonly changed: boolean; readonly watched: boolean }> {
  const owned = ownedBy(deployment) ?? undefined
  const sighting = await engine.cluster.look(deployment.plan.service, signal, owned)
  const { slots, watched, writtenBy, differs = [] } = sighting
  if (isEmergency(writtenBy)) return { changed: await follow(engine, deployment.id, writtenBy), watched }
  const meddled = differs.length > 0 && (await noteMeddling(engine, deployment.id, sighting, signal))
  const slot = slots[deployment.settled ? 'stable' : 'canary']
  if (!slot.exists) return { changed: meddled, watched }
  const now = engine.clock.now()
  const outcome = await recordThrough(engine.store, deployment.id, engine.clock.now, (current): Judged => {
    if (!isGuarded(current) || current.settled !== deployment.settled) return refuse.stale(current)
    const health = seePods(current.pods, now, slot.wanted, slot.pods)
    const verdict = judgePods(health, current.plan.service.guard)
    const news = podsDiffer(current.pods, health) || verdict.kind === 'some-unready'
    return news ? { event: { type: 'pods-seen', health, verdict } } : refuse.stale(current)
  })
  if (!outcome.ok) return { changed: meddled, watched }
  const { deployment: after, entries } = outcome.value
  await engine.queue.add(announceJob(after, entries, now))
  const changed = after.status !== deployment.status || after.hold?.withdraw !== deployment.hold?.withdraw
  return { changed: changed || meddled, watched }
}
