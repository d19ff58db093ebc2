/** Reminders, expiry and the day after. */
import type { CheckIn, Deployment } from '../deployment.ts'
import { MINUTE } from '../durations.ts'
import type { DeploymentEvent } from '../events.ts'
import { locateStep } from '../plan.ts'
import type { Outcome } from '../refusal.ts'
import { oldVersion, refuse, round, trafficNow } from '../refuse.ts'
import { writeReport } from '../report.ts'
import { fullStop } from '../sentence.ts'
import { type Change, startGoingBack } from './change.ts'

/** How long the old version is kept at least after a check-in that found something. */
const DECISION_MS = 30 * MINUTE

export function approvalExpired(deployment: Deployment, now: number): Outcome<Change> {
  const step = locateStep(deployment.plan, deployment.step)?.step
  if (deployment.status !== 'running' || step?.want.do !== 'approve') return refuse.stale(deployment)
  const hours = Math.round(deployment.plan.service.timeouts.approvalMs / 360_000) / 10
  const what = step.want.percent === null ? 'the first pod' : `${step.want.percent} %`
  return {
    ok: true,
    value: startGoingBack(deployment, now, 'abort', `nobody approved ${what} within ${hours} h`),
  }
}

export function holdReminded(deployment: Deployment, now: number): Outcome<Change> {
  const { hold } = deployment
  if (deployment.status !== 'holding' || !hold) return refuse.stale(deployment)
  const again = {
    ...hold,
    reminders: hold.reminders + 1,
    remindAt: now + deployment.plan.service.timeouts.holdReminderMs,
  }
  const minutes = Math.round((now - hold.since) / 60_000)
  const by = hold.by ? ` (${hold.by.name})` : ''
  const text = `${deployment.id} has been holding for ${minutes} min${by}: ${fullStop(hold.detail)} ${trafficNow(deployment)} ${whatNext(deployment)}`
  return {
    ok: true,
    value: {
      patch: { hold: again },
      lines: [{ text, audience: hold.reminders === 0 ? 'channel' : 'thread', level: 'warning' }],
    },
  }
}

function whatNext({ hold, service }: Deployment): string {
  const back = `\`/deploy rollback ${service}\``
  if (hold?.reason === 'blind') return `It goes on by itself when the cluster is seen again. To go back: ${back}.`
  const by =
    hold?.reason === 'no-data' ? 'data again' : hold?.reason === 'low-traffic' ? 'enough traffic to judge' : null
  const decide = `\`/deploy resume ${service}\` or ${back}.`
  return by === null || hold?.by
    ? `Decide: ${decide}`
    : `It goes on by itself when there is ${by}. Or decide: ${decide}`
}

export function withdrawn(deployment: Deployment, realShare: number | null): Outcome<Change> {
  const { hold } = deployment
  if (deployment.status !== 'holding' || !hold) return refuse.stale(deployment)
  return {
    ok: true,
    value: {
      patch: {
        hold: { ...hold, withdraw: 'done' },
        share: { planned: 0, real: realShare },
        retryAt: 0,
        waitingFor: null,
      },
      lines: [
        {
          text:
            realShare !== null && realShare > 0
              ? `Traffic is being taken off ${deployment.version}; ${round(realShare)} % still reach it as the router shows it now.`
              : `Traffic is off ${deployment.version}; ${oldVersion(deployment)} has all of it.`,
          audience: 'thread',
          level: 'good',
        },
      ],
    },
  }
}

export function checkedIn(
  deployment: Deployment,
  event: Extract<DeploymentEvent, { type: 'checked-in' }>,
  now: number,
): Outcome<Change> {
  const due = deployment.checkIns.find((row) => row.name === event.name && row.doneAt === undefined)
  if (deployment.status !== 'completed' || !due) return refuse.stale(deployment)
  const done: CheckIn = { ...due, doneAt: now, verdict: event.verdict }
  const checkIns = deployment.checkIns.map((row) => (row.name === event.name ? done : row))
  const wrong = event.verdict !== 'ok'
  // Bad news at the end of the keep time must leave somebody the time to go back.
  const { keepUntil } = deployment
  const kept = wrong && keepUntil !== null ? { keepUntil: Math.max(keepUntil, now + DECISION_MS) } : {}
  return {
    ok: true,
    value: {
      patch: { checkIns, lastSample: event.sample, ...kept },
      lines: [
        {
          text: event.text,
          evidence: event.evidence,
          audience: wrong ? 'channel' : 'thread',
          level: wrong ? (event.verdict === 'critical' ? 'bad' : 'warning') : 'good',
        },
      ],
    },
  }
}

/** The next deployment of the service needs the room: the kept version goes now. */
export function superseded(deployment: Deployment, by: string, now: number): Outcome<Change> {
  if (deployment.status !== 'completed' || deployment.keepUntil === null) return refuse.stale(deployment)
  return {
    ok: true,
    value: {
      patch: { keepUntil: Math.min(deployment.keepUntil, now) },
      lines: [
        {
          text: `${by} starts: ${oldVersion(deployment)} is no longer kept, ${deployment.id} cannot go back any more.`,
          audience: 'thread',
          level: 'info',
        },
      ],
    },
  }
}

/** What is still to be looked at is another version by now: the looks that are left are dropped, the report is not. */
export function replaced(deployment: Deployment, by: string, version: string, now: number): Outcome<Change> {
  const left = deployment.checkIns.filter((row) => row.doneAt === undefined)
  if (deployment.status !== 'completed' || left.length === 0) return refuse.stale(deployment)
  const checkIns = deployment.checkIns.filter((row) => row.doneAt !== undefined)
  const names = left.map((row) => row.name).join(', ')
  return {
    ok: true,
    value: {
      patch: { checkIns },
      lines: [
        {
          text: `No more check-ins of ${deployment.id} (${names}): ${by} put ${version} in the place of ${deployment.version}, and they would measure that one. The report so far:`,
          evidence: writeReport({ ...deployment, checkIns }, now),
          audience: 'thread',
          level: 'info',
        },
      ],
    },
  }
}

export function forgotten(deployment: Deployment): Outcome<Change> {
  if (deployment.status !== 'completed' || deployment.keepUntil === null) return refuse.stale(deployment)
  return {
    ok: true,
    value: {
      patch: { keepUntil: null, kept: false },
      lines: [
        {
          text: `${oldVersion(deployment)} is retired; only annotations are left on ${deployment.plan.service.workload}.`,
          audience: 'thread',
          level: 'info',
        },
      ],
    },
  }
}

/** The world is late with something that is no step: it is tried again, and told once for each reason. */
export function late(deployment: Deployment, event: Extract<DeploymentEvent, { type: 'late' }>): Outcome<Change> {
  const { why, retryAt, expected } = event
  const reclaiming = deployment.status === 'running' && deployment.meddled?.reclaim === true
  if (deployment.status !== 'holding' && deployment.status !== 'completed' && !reclaiming)
    return refuse.stale(deployment)
  const urgent = deployment.hold?.withdraw === 'wanted'
  const text = urgent
    ? `The traffic of ${deployment.version} cannot be taken away yet: ${fullStop(why)} It is tried again until it works.`
    : reclaiming
      ? `What others changed cannot be written again yet: ${fullStop(why)}`
      : `${oldVersion(deployment)} cannot be retired yet: ${fullStop(why)}`
  const line = {
    text,
    audience: urgent ? ('channel' as const) : ('record' as const),
    level: urgent ? ('bad' as const) : ('info' as const),
  }
  return {
    ok: true,
    value: { patch: { retryAt, waitingFor: why }, lines: expected || deployment.waitingFor === why ? [] : [line] },
  }
}
