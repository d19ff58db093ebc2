/**
 * The guard: looks at the new version's pods at all times while they may fall ill, without any metrics store. Woken by
 * the cluster's watch, with a poll beneath it. What it decides is acted on in the same run.
 */
import type { Deployment } from '../playbook/deployment.ts'
import { emergencyTime, isEmergency } from '../playbook/emergency.ts'
import { imageReference } from '../playbook/image.ts'
import { isBlind } from '../playbook/is-blind.ts'
import { judgePods, podsDiffer, seePods } from '../playbook/judge-pods.ts'
import { ownedBy } from '../playbook/ownership.ts'
import { locateStep } from '../playbook/plan.ts'
import type { PodSighting } from '../playbook/pods.ts'
import { refuse } from '../playbook/refuse.ts'
import { ClusterError, type Sighting, type SlotState } from '../ports/cluster.ts'
import { announceJob, guardJob, isGuarded } from '../ports/follow-up.ts'
import { type Judged, recordThrough } from '../ports/ledger.ts'
import type { Engine } from './engine.ts'
import { keepRestored } from './keep-restored.ts'
import { noteMeddling } from './meddling.ts'
import { moveDeployment } from './move.ts'

/** While a watch tells of every change, the poll beneath it is so many times slower. */
const WATCHED_FACTOR = 6
/** While nothing is seen, the next look comes at least so soon, ms. */
const UNSEEN_POLL_MS = 5_000
/** What was seen longer ago than this, ms, decides nothing: a worker that slept in between looks again. */
const OLDEST_SIGHTING_MS = 60_000

/** A share that differs by less reads the same on the card, percent. */
const SHOWN_PERCENT = 0.5

interface Seen {
  /** What was seen changes what happens next. */
  readonly changed: boolean
  /** When the next look is due, ms from now. */
  readonly pauseMs: number
}

export async function guard(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  const deployment = await engine.store.load(id)
  if (!deployment || !isGuarded(deployment)) return
  const { changed, pauseMs } = await look(engine, deployment, signal)
  if (changed) await moveDeployment(engine, id, signal)
  await engine.queue.add(guardJob(deployment, engine.clock.now() + pauseMs))
}

async function look(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<Seen> {
  const { pollMs } = deployment.plan.service.guard
  const begun = engine.clock.now()
  try {
    if (deployment.status === 'going-back') {
      await keepRestored(engine, deployment, signal)
      return { changed: false, pauseMs: pollMs }
    }
    const owned = ownedBy(deployment) ?? undefined
    const sighting = await engine.cluster.look(deployment.plan.service, signal, owned)
    const { changed, graceUntil } = await takeIn(engine, deployment, sighting, signal)
    const quietMs = sighting.watched ? pollMs * WATCHED_FACTOR : pollMs
    const graceMs = graceUntil - engine.clock.now()
    // No watch tells that pods are still as they were.
    const pauseMs = graceMs > 0 ? Math.min(graceMs, quietMs) : quietMs
    return { changed, pauseMs: isOld(engine, sighting) ? 0 : pauseMs }
  } catch (error) {
    if (!(error instanceof ClusterError) || signal.aborted) throw error
    engine.log.warn({ deployment: deployment.id }, `the guard could not look: ${error.message}`)
    const changed = await note(engine, deployment, () => ({
      event: { type: 'sight-lost', since: begun, why: error.message },
    }))
    return { changed, pauseMs: Math.min(pollMs, UNSEEN_POLL_MS) }
  }
}

/** What was seen is recorded. `graceUntil`: when pods that are unready now have been so for too long; 0: there are none. */
async function takeIn(
  engine: Engine,
  deployment: Deployment,
  sighting: Sighting,
  signal: AbortSignal,
): Promise<{ readonly changed: boolean; readonly graceUntil: number }> {
  const { slots, writtenBy, differs = [] } = sighting
  let graceUntil = 0
  if (isEmergency(writtenBy)) return { changed: await follow(engine, deployment, writtenBy), graceUntil }
  const wasBlind = (deployment.blind ?? null) !== null
  const back = wasBlind && (await note(engine, deployment, () => ({ event: { type: 'sight-back' } })))
  const meddled = differs.length > 0 && (await noteMeddling(engine, deployment.id, sighting, signal))
  const slot = watchedSlot(deployment, slots)
  if (!slot.exists) return { changed: back || meddled, graceUntil }
  const changed = await note(engine, deployment, (current): Judged => {
    if (!isGuarded(current) || current.settled !== deployment.settled) return refuse.stale(current)
    if (isOld(engine, sighting) || isTheirs(current, slot)) return refuse.stale(current)
    const now = engine.clock.now()
    const health = seePods(current.pods, now, slot.wanted, podsOf(current, slot))
    const { guard: settings } = current.plan.service
    const verdict = judgePods(health, settings)
    graceUntil = verdict.kind === 'some-unready' ? verdict.since + settings.unreadyGraceMs : 0
    const drifted = current.revision === deployment.revision ? driftedShare(current, sighting) : {}
    const news = podsDiffer(current.pods, health) || verdict.kind === 'some-unready' || 'realShare' in drifted
    return news ? { event: { type: 'pods-seen', health, verdict, ...drifted } } : refuse.stale(current)
  })
  return { changed: back || meddled || changed, graceUntil }
}

function isOld({ clock }: Engine, { at }: Sighting): boolean {
  return clock.now() - at > OLDEST_SIGHTING_MS
}

/** While it settles, traffic moves from the one to the other: what falls ill in either is the new version. */
function watchedSlot(deployment: Deployment, { stable, canary }: Sighting['slots']): SlotState {
  if (deployment.settled) return stable
  const { plan, step } = deployment
  const settles = plan.strategy !== 'rolling' && locateStep(plan, step)?.step.want.do === 'settle'
  if (!settles || isAnother(deployment, stable)) return canary
  return {
    ...stable,
    exists: stable.exists || canary.exists,
    wanted: stable.wanted + canary.wanted,
    pods: [...stable.pods, ...canary.pods],
  }
}

/**
 * After the end the workload is the team's again: pods of an image that somebody else put there are told of, not judged.
 * Before it a workload of another image is a copy from before its promotion.
 */
function isTheirs(deployment: Deployment, slot: SlotState): boolean {
  return (deployment.status === 'completed' || deployment.settled) && isAnother(deployment, slot)
}

function isAnother({ plan, version, digest }: Deployment, { image }: SlotState): boolean {
  return image !== null && image !== imageReference(plan.service.image, version, digest)
}

/**
 * While it settles, the bot itself leads the Services away from the pods it watches. After the end the Service is the
 * team's again: whom it leads to is told as their change. Neither is sickness.
 */
function podsOf({ status, plan, step }: Deployment, { pods }: SlotState): readonly PodSighting[] {
  const leftOnPurpose = status === 'completed' || locateStep(plan, step)?.step.want.do === 'settle'
  return leftOnPurpose ? pods.map(({ routed: _, ...pod }) => pod) : pods
}

/** The share as people read it has become another while nobody of ours moves it: other pods came or went beside the new ones. */
function driftedShare({ status, settled, hold, share, plan, step }: Deployment, { shares }: Sighting) {
  const want = locateStep(plan, step)?.step.want.do
  const stands = status === 'holding' ? hold?.withdraw !== 'wanted' : want === 'observe' || want === 'approve'
  if (shares === null || settled || !stands || share.real === null) return {}
  return Math.abs(shares.canary - share.real) < SHOWN_PERCENT ? {} : { realShare: shares.canary }
}

/** An emergency rollback acted while the record could not be reached: what the cluster says counts. */
function follow(engine: Engine, deployment: Deployment, emergency: string): Promise<boolean> {
  return note(engine, deployment, (current): Judged => {
    // One that is older than the deployment left its token for others.
    if (emergencyTime(emergency) < current.createdAt) return refuse.stale(current)
    return { event: { type: 'emergency-took-over', id: emergency } }
  })
}

/** Records and announces; true when something else is to be done now than before. */
async function note(engine: Engine, before: Deployment, judge: (current: Deployment) => Judged): Promise<boolean> {
  const outcome = await recordThrough(engine.store, before.id, engine.clock.now, judge)
  if (!outcome.ok) return false
  const { deployment: after, entries } = outcome.value
  await engine.queue.add(announceJob(after, entries, engine.clock.now()))
  return (
    after.status !== before.status ||
    after.hold?.withdraw !== before.hold?.withdraw ||
    isBlind(after) !== isBlind(before)
  )
}
