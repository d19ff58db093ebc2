/**
 * Deployment + event -> new deployment, or a refusal: the one door through which state changes. Pure: the time is an
 * argument, and every change raises the revision by one.
 */
import type { Deployment, TimelineEntry } from './deployment.ts'
import type { DeploymentEvent } from './events.ts'
import * as after from './record/after.ts'
import type { Change } from './record/change.ts'
import { emergencyTookOver } from './record/emergency.ts'
import { podsFailing } from './record/eyes.ts'
import * as meddling from './record/meddling.ts'
import * as people from './record/people.ts'
import { sightBack, sightLost } from './record/sight.ts'
import * as steps from './record/steps.ts'
import * as watching from './record/watching.ts'
import * as wayBack from './record/way-back.ts'
import type { Outcome } from './refusal.ts'

export interface Recorded {
  readonly deployment: Deployment
  readonly entries: readonly TimelineEntry[]
}

export function recordEvent(deployment: Deployment, event: DeploymentEvent, now: number): Outcome<Recorded> {
  const outcome = changeFor(deployment, event, now)
  if (!outcome.ok) return outcome
  const { patch, lines } = outcome.value
  const next: Deployment = { ...deployment, ...patch, revision: deployment.revision + 1 }
  const moved = next.status === deployment.status ? {} : { from: deployment.status, to: next.status }
  const entries = lines.map(
    (line): TimelineEntry => ({ at: now, revision: next.revision, type: event.type, ...line, ...moved }),
  )
  return { ok: true, value: { deployment: next, entries } }
}

function changeFor(deployment: Deployment, event: DeploymentEvent, now: number): Outcome<Change> {
  switch (event.type) {
    case 'approved':
      return people.approve(deployment, event.by, event.step, now)
    case 'held':
      return people.hold(deployment, event.by, event.reason, now)
    case 'resumed':
      return people.resume(deployment, event.by, now)
    case 'abort-asked':
      return people.abort(deployment, event.by, event.reason, now)
    case 'rollback-asked':
      return people.rollback(deployment, event, now)
    case 'step-done':
      return steps.stepDone(deployment, event, now)
    case 'step-not-yet':
      return steps.stepNotYet(deployment, event, now)
    case 'step-failed':
      return steps.stepFailed(deployment, event, now)
    case 'sampled':
      return watching.sampled(deployment, event.sample, now)
    case 'pods-seen':
      return watching.podsSeen(deployment, event, now)
    case 'sight-lost':
      return sightLost(deployment, event.since, event.why, now)
    case 'sight-back':
      return sightBack(deployment, now)
    case 'pods-failing':
      return podsFailing(deployment, event.failing, now)
    case 'changed-by-others':
      return meddling.changedByOthers(deployment, event, now)
    case 'restore-undone':
      return meddling.restoreUndone(deployment, event.changes)
    case 'reclaimed':
      return meddling.reclaimed(deployment, now)
    case 'reclaim-refused':
      return meddling.reclaimRefused(deployment, event.why, now)
    case 'approval-expired':
      return after.approvalExpired(deployment, now)
    case 'hold-reminded':
      return after.holdReminded(deployment, now)
    case 'countdown-over':
      return watching.countdownOver(deployment, now)
    case 'withdrawn':
      return after.withdrawn(deployment, event.realShare)
    case 'way-back-step-done':
      return wayBack.wayBackStepDone(deployment, event.index, event.text, event.realShare, now)
    case 'way-back-late':
      return wayBack.wayBackLate(deployment, event)
    case 'emergency-took-over':
      return emergencyTookOver(deployment, event.id, now)
    case 'checked-in':
      return after.checkedIn(deployment, event, now)
    case 'superseded':
      return after.superseded(deployment, event.by, now)
    case 'replaced':
      return after.replaced(deployment, event.by, event.version, now)
    case 'forgotten':
      return after.forgotten(deployment)
    case 'late':
      return after.late(deployment, event)
  }
}
