/**
 * Moves one deployment as far as it goes now: ask `next-step`, perform, record, and again. It stops at the first wait,
 * when somebody interrupts, or when a newer decision stands on the cluster. Deciding and acting happen in one breath: a
 * bad sample is followed by the restoring write in the same run, with no queue between.
 */
import type { Deployment } from '../playbook/deployment.ts'
import { emergencyTime, isEmergency } from '../playbook/emergency.ts'
import type { DeploymentEvent } from '../playbook/events.ts'
import type { OwnedField } from '../playbook/foreign-change.ts'
import { type Next, nextStep } from '../playbook/next-step.ts'
import { ownedBy } from '../playbook/ownership.ts'
import type { Want } from '../playbook/plan.ts'
import { ClusterError } from '../ports/cluster.ts'
import { announceJob, followUp, isGuarded } from '../ports/follow-up.ts'
import { recordThrough } from '../ports/ledger.ts'
import { checkIn } from './check-in.ts'
import type { Engine } from './engine.ts'
import { isMeddledWith } from './meddling.ts'
import { performStep } from './perform/forward.ts'
import { SOON_MS, type StepResult, writeContext } from './perform/result.ts'
import { CONFIRM_AGAIN_MS, CONFIRM_WITHIN_MS, performWayBack } from './perform/way-back.ts'

/** A run ends after so many moves and is queued anew, so that one deployment cannot keep a worker. */
const MOVES_A_RUN = 50
/** Between two tries of the way back, ms. */
const WAY_BACK_RETRY_MS = 1_000

/** Steps that write to the cluster: none of them writes over what somebody else put there. */
const WRITING: ReadonlySet<Want['do']> = new Set(['deploy', 'roll', 'route', 'keep-old', 'promote', 'settle'])

/** Loads and moves; nothing happens when there is no such deployment or it is finished. */
export async function moveDeployment(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  let deployment = await engine.store.load(id)
  const guarded = deployment !== undefined && isGuarded(deployment)
  for (let moves = 0; deployment && moves < MOVES_A_RUN && !signal.aborted; moves += 1) {
    const next = nextStep(deployment, engine.clock.now())
    if (next.kind === 'finished' || next.kind === 'wait') break
    const event = await perform(engine, deployment, next, signal)
    if (!event) break
    const recorded = await recordIfCurrent(engine, deployment, event)
    if (!recorded) {
      deployment = await engine.store.load(id)
      continue
    }
    deployment = recorded
  }
  const last = await engine.store.load(id)
  if (last) await followUp(engine.queue, last, [], engine.clock.now(), guarded)
}

/**
 * Records what a move brought, unless somebody decided something meanwhile: then the event may still count (a step that
 * was done is done), or the door refuses it as stale. Undefined when it was refused.
 */
async function recordIfCurrent(
  engine: Engine,
  before: Deployment,
  event: DeploymentEvent,
): Promise<Deployment | undefined> {
  const outcome = await recordThrough(engine.store, before.id, engine.clock.now, () => ({ event }))
  if (!outcome.ok) {
    engine.log.debug({ deployment: before.id, event: event.type, code: outcome.refusal.code }, 'an event came too late')
    return undefined
  }
  const { deployment, entries } = outcome.value
  await engine.queue.add(announceJob(deployment, entries, engine.clock.now()))
  return deployment
}

/** Undefined: stop, without an event (interrupted, fenced off by a newer decision, or held for what others changed). */
async function perform(
  engine: Engine,
  deployment: Deployment,
  next: Next,
  signal: AbortSignal,
): Promise<DeploymentEvent | undefined> {
  try {
    return await eventOf(engine, deployment, next, signal)
  } catch (error) {
    if (signal.aborted) return undefined
    // It stands on the cluster for good; the record follows, whatever it thought was next.
    if (error instanceof ClusterError && isEmergency(error.by) && emergencyTime(error.by) >= deployment.createdAt)
      return { type: 'emergency-took-over', id: error.by }
    if (error instanceof ClusterError && error.kind === 'fenced' && (await isOutdated(engine, deployment))) {
      engine.log.warn({ deployment: deployment.id, revision: deployment.revision }, `stopped: ${error.message}`)
      return undefined
    }
    return laggingBehind(engine, deployment, next, error) ?? eventOfFailure(engine, next, error)
  }
}

/** Has somebody decided something since we read the record? Then that one goes on, not we. */
async function isOutdated(engine: Engine, deployment: Deployment): Promise<boolean> {
  const stored = await engine.store.load(deployment.id)
  return stored !== undefined && stored.revision > deployment.revision
}

async function eventOf(
  engine: Engine,
  deployment: Deployment,
  next: Next,
  signal: AbortSignal,
): Promise<DeploymentEvent | undefined> {
  const now = engine.clock.now()
  switch (next.kind) {
    case 'perform':
      if (WRITING.has(next.step.want.do) && (await isMeddledWith(engine, deployment, signal))) return undefined
      return stepEvent(next.step.id, await performStep(engine, deployment, next.step, signal), engine.clock.now())
    case 'sample':
      return {
        type: 'sampled',
        sample: await engine.metrics.sample(
          {
            service: deployment.plan.service,
            slot: deployment.settled ? 'stable' : 'canary',
            version: deployment.version,
            ...podsApart(deployment),
            since: next.since,
            now,
          },
          signal,
        ),
      }
    case 'reclaim':
      return reclaim(engine, deployment, next.fields, signal)
    case 'withdraw':
      return withdraw(engine, deployment, signal)
    case 'way-back': {
      const result = await performWayBack(engine, deployment, next.step, signal)
      if (result.kind === 'done')
        return {
          type: 'way-back-step-done',
          index: next.index,
          text: result.text,
          ...(result.realShare === undefined ? {} : { realShare: result.realShare }),
        }
      return {
        type: 'way-back-late',
        index: next.index,
        why: result.why,
        retryAt: engine.clock.now() + (result.retryMs ?? WAY_BACK_RETRY_MS),
        ...(result.expected ? { expected: true } : {}),
      }
    }
    case 'check-in':
      return checkIn(engine, deployment, next.name, signal)
    case 'forget': {
      const gone = await engine.cluster.forget(deployment.plan.service, writeContext(deployment, signal))
      return gone
        ? { type: 'forgotten' }
        : { type: 'late', why: 'the kept pods are going', retryAt: engine.clock.now() + SOON_MS }
    }
    case 'note':
      return { type: next.event }
    case 'wait':
    case 'finished':
      return undefined
  }
}

function stepEvent(step: string, result: StepResult, now: number): DeploymentEvent {
  switch (result.kind) {
    case 'done': {
      const { kind, ...found } = result
      return { type: `step-${kind}`, step, ...found }
    }
    case 'failed': {
      const { kind, ...found } = result
      return { type: `step-${kind}`, step, ...found }
    }
    case 'not-yet': {
      const { kind, retryMs, ...found } = result
      return { type: `step-${kind}`, step, retryAt: now + retryMs, ...found }
    }
  }
}

/** New pods beside old ones of the same Deployment are told by the label of their ReplicaSet. */
function podsApart({ rolled }: Deployment): { podHash?: string } {
  return rolled?.hash ? { podHash: rolled.hash } : {}
}

async function reclaim(
  engine: Engine,
  deployment: Deployment,
  fields: readonly OwnedField[],
  signal: AbortSignal,
): Promise<DeploymentEvent> {
  const owned = ownedBy(deployment)
  if (owned) await engine.cluster.reclaim(deployment.plan.service, owned, fields, writeContext(deployment, signal))
  return { type: 'reclaimed' }
}

/** Told as done once the router shows it, or when it has had its time to. */
async function withdraw(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<DeploymentEvent> {
  const shares = await engine.cluster.route(deployment.plan.service, 0, writeContext(deployment, signal))
  const now = engine.clock.now()
  const left = shares?.canary ?? 0
  if (left > 0 && now - (deployment.hold?.since ?? 0) < CONFIRM_WITHIN_MS) {
    const why = `${Math.round(left)} % still reach ${deployment.version}`
    return { type: 'late', why, retryAt: now + CONFIRM_AGAIN_MS, expected: true }
  }
  return { type: 'withdrawn', realShare: shares?.canary ?? null }
}

/**
 * On the way back, refused by what this very deployment wrote: a Redis that failed over has lost the last saves, and the
 * record is older than the cluster. Each try raises its revision by one; it is soon abreast, and nobody needs to hear of it.
 */
function laggingBehind({ clock }: Engine, { id }: Deployment, next: Next, error: unknown): DeploymentEvent | undefined {
  if (next.kind !== 'way-back' || !(error instanceof ClusterError)) return undefined
  if (error.kind !== 'fenced' || error.by !== id) return undefined
  const why = 'the record catches up with what it wrote on the cluster'
  return { type: 'way-back-late', index: next.index, why, retryAt: clock.now() + CONFIRM_AGAIN_MS, expected: true }
}

/** Late: asked again. Refused: the step has failed. The way back and the keep time know only "late". */
function eventOfFailure(engine: Engine, next: Next, error: unknown): DeploymentEvent {
  const why = error instanceof Error ? error.message : String(error)
  const retryMs = error instanceof ClusterError && error.retryAfterMs !== null ? error.retryAfterMs : SOON_MS
  if (next.kind === 'way-back')
    return {
      type: 'way-back-late',
      index: next.index,
      why,
      retryAt: engine.clock.now() + Math.min(retryMs, WAY_BACK_RETRY_MS),
    }
  if (!(error instanceof ClusterError)) throw error instanceof Error ? error : new Error(why)
  // A later deployment writes there by now: what is left of this one is tidied with that one's.
  if (next.kind === 'forget' && error.kind === 'fenced') return { type: 'forgotten' }
  if (next.kind === 'reclaim' && error.kind !== 'late') return { type: 'reclaim-refused', why }
  if (next.kind === 'withdraw' || next.kind === 'forget' || next.kind === 'reclaim')
    return { type: 'late', why, retryAt: engine.clock.now() + retryMs }
  if (next.kind !== 'perform') throw error
  if (error.kind !== 'late') return { type: 'step-failed', step: next.step.id, why }
  return { type: 'step-not-yet', step: next.step.id, why, retryAt: engine.clock.now() + retryMs }
}
