/** What one event changes: some fields, and lines for the timeline. */
import type { Deployment, HoldReason, PersonRef, TimelineEntry, Trigger } from '../deployment.ts'
import { locateStep, type Plan, type Step } from '../plan.ts'
import { oldVersion, round } from '../refuse.ts'
import { approvedPart, nextBatch } from '../rolling.ts'
import { fullStop } from '../sentence.ts'

export type Line = Pick<TimelineEntry, 'text' | 'audience' | 'level'> &
  Partial<Pick<TimelineEntry, 'by' | 'step' | 'evidence'>>

export interface Change {
  readonly patch: Partial<Deployment>
  readonly lines: readonly Line[]
}

/** How long an all-unready deployment waits for a person before it goes back by itself, and `onBreach: ask` likewise. */
export const COUNTDOWN_MS = 5 * 60_000

type Entered = Pick<Deployment, 'step' | 'stepSince' | 'retryAt' | 'waitingFor'> & Partial<Deployment>

/**
 * Moves to the step after `deployment.step`; undefined after the plan's last one, which completes the deployment (see
 * steps.ts). After the window of a rolling batch the next batch comes, as long as old pods are left.
 */
export function enterNext(deployment: Deployment, now: number): Entered | undefined {
  const at = locateStep(deployment.plan, deployment.step)
  const rolled = at?.step.want.do === 'observe' && at.step.want.percent === null ? nextBatch(deployment) : null
  const roll = rolled && rollStep(deployment.plan)
  if (roll) return { ...enterStep(roll.id, now), rolled }
  return at?.next && enterStep(at.next.id, now)
}

/** The step that a rolling deployment comes back to for each batch. */
export function rollStep(plan: Plan): Step | undefined {
  return plan.phases.flatMap(({ steps }) => steps).find((step) => step.want.do === 'roll')
}

export function enterStep(id: string, now: number): Entered {
  return { step: id, stepSince: now, retryAt: 0, waitingFor: null }
}

/**
 * The present hold makes room for this one, but traffic that was taken away stays away: only a resume by a person gives
 * it back. What is to be taken away is taken away at once, whatever the forward step waits for.
 */
export function startHold(
  deployment: Deployment,
  now: number,
  reason: HoldReason,
  detail: string,
  more: { by?: PersonRef; rollBackAt?: number; withdraw?: 'wanted' } = {},
): Partial<Deployment> {
  const { holdReminderMs } = deployment.plan.service.timeouts
  const withdraw = more.withdraw ?? deployment.hold?.withdraw
  const hold = { reason, detail, since: now, remindAt: now + holdReminderMs, reminders: 0, ...more }
  return {
    status: 'holding',
    hold: withdraw ? { ...hold, withdraw } : hold,
    ...(more.withdraw ? { retryAt: 0 } : {}),
  }
}

/**
 * Time spent holding does not count against the step's own deadline. A hold that ends by itself leaves another one where
 * somebody else changed what is ours: that waits for a person.
 */
export function endHold(deployment: Deployment, now: number): Partial<Deployment> {
  const { meddled } = deployment
  if (meddled && !meddled.reclaim)
    return startHold(
      { ...deployment, hold: null },
      now,
      'changed',
      `others changed ${meddled.changes[0]?.what ?? 'what is ours'}`,
    )
  return { status: 'running', hold: null, stepSince: now, retryAt: 0, waitingFor: deployment.waitingFor }
}

export function startGoingBack(
  deployment: Deployment,
  now: number,
  trigger: Trigger,
  detail: string,
  by?: PersonRef,
): Change {
  const hadTraffic = hasTraffic(deployment)
  // An interrupted pin may be on the cluster without being in the record.
  const touched = deployment.pin !== null || locateStep(deployment.plan, deployment.step)?.step.want.do === 'pin'
  const why = `${by ? `, asked by ${by.name}` : ''}: ${fullStop(detail)}`
  const head = hadTraffic
    ? `Rolling back ${deployment.service} to ${oldVersion(deployment)}${why}`
    : `Stopping ${deployment.id}${why} ${deployment.version} has no production traffic.`
  const line: Line = { text: head, audience: hadTraffic ? 'channel' : 'thread', level: 'bad', ...(by ? { by } : {}) }
  if (!touched) return refuseWhole(deployment, now, line, why, by ? `${by.name}: ${detail}` : detail)
  const goingBack = { trigger, detail, since: now, step: 0, stepSince: now, hadTraffic, ...(by ? { by } : {}) }
  return {
    patch: {
      status: 'going-back',
      goingBack,
      hold: null,
      meddled: null,
      retryAt: 0,
      waitingFor: null,
      keepUntil: null,
      endedAt: null,
      blind: null,
    },
    lines: [line],
  }
}

/** Nothing was touched: there is nothing to undo. */
function refuseWhole(deployment: Deployment, now: number, line: Line, why: string, issue: string): Change {
  const text = `Stopping ${deployment.id}${why} Nothing was changed on the cluster; all traffic stays on ${oldVersion(deployment)}.`
  return {
    patch: { status: 'refused', hold: null, endedAt: now, waitingFor: null, issues: [...deployment.issues, issue] },
    lines: [{ ...line, text, audience: 'channel' }],
  }
}

/**
 * Has it, or had it before its traffic was taken away? Where pods divide the traffic a ready one is traffic, before any
 * share was given on purpose.
 */
export function hasTraffic({ share, status, plan, pods, window, peaks }: Deployment): boolean {
  if (share.planned > 0 || status === 'completed') return true
  if (window !== null || Object.keys(peaks).length > 0) return true
  const { kind } = plan.service.router
  return (kind === 'replicas' || kind === 'rolling') && (pods?.ready ?? 0) > 0
}

/** Approval is one of the four things that reach the channel itself. */
export function askIfApproval(deployment: Deployment, next: string): Line[] {
  const step = locateStep(deployment.plan, next)?.step
  if (step?.want.do !== 'approve') return []
  const { real, planned } = deployment.share
  const so =
    planned === 0
      ? 'It has no production traffic yet.'
      : `It has ${planned} % now${real === null ? '' : ` (really ${round(real)} %)`}.`
  return [
    {
      text: `Approval needed: ${approvedPart(deployment, step.want.percent)}. ${so}`,
      audience: 'channel',
      level: 'warning',
      step: next,
    },
  ]
}
