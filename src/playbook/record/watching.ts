/** What samples and pod sightings amount to. */
import { type Deployment, type HoldReason, hasWayBack, isOldReplaced } from '../deployment.ts'
import { duration } from '../durations.ts'
import type { DeploymentEvent } from '../events.ts'
import { isBlind } from '../is-blind.ts'
import type { PodVerdict } from '../judge-pods.ts'
import { judgeSample } from '../judge-sample.ts'
import { judgeWindow } from '../judge-window.ts'
import type { Sample } from '../metrics.ts'
import { locateStep } from '../plan.ts'
import type { Outcome } from '../refusal.ts'
import { refuse, trafficNow } from '../refuse.ts'
import { metricsTable } from '../report.ts'
import { batchName } from '../rolling.ts'
import { asClause, capitalised, fullStop } from '../sentence.ts'
import {
  askIfApproval,
  type Change,
  COUNTDOWN_MS,
  endHold,
  enterNext,
  type Line,
  startGoingBack,
  startHold,
} from './change.ts'

export function sampled(deployment: Deployment, sample: Sample, now: number): Outcome<Change> {
  const { window } = deployment
  if (!window || (deployment.status !== 'running' && deployment.status !== 'holding')) return refuse.stale(deployment)
  // Asked before this share was given, or before a person decided to go on: it says nothing of what came after.
  if (sample.at < window.since) return refuse.stale(deployment)
  const { judgement } = deployment.plan.service
  const verdict = judgeSample(sample, deployment.plan.service)
  const keep = Math.max(judgement.criticalOf.n, judgement.warningOf.n)
  const next = {
    ...window,
    samples: [...window.samples, sample].slice(-keep),
    noData: verdict.level === 'no-data' ? window.noData + 1 : 0,
    askedAt: sample.at,
  }
  const seen = { ...deployment, window: next, lastSample: sample, peaks: peaksWith(deployment, sample) }
  const learnt = { window: next, lastSample: sample, peaks: seen.peaks }
  const change = decide(seen, now)
  return { ok: true, value: { patch: { ...learnt, ...change.patch }, lines: change.lines } }
}

function decide(deployment: Deployment, now: number): Change {
  const { window, plan } = deployment
  if (!window) return NOTHING
  const want = locateStep(plan, deployment.step)?.step.want
  const observing = want?.do === 'observe'
  const endsAt = observing ? Math.max(window.since, deployment.stepSince) + want.ms : null
  const gate = judgeWindow(
    window,
    plan.service,
    now,
    windowEnd(deployment, endsAt, observing ? want.ms : 0),
    observing ? want.against : 'thresholds',
  )
  if (gate.kind === 'breach') return breach(deployment, now, gate.trigger, gate.detail)
  // Metrics alone pass nobody: while the pods are not seen, nothing goes forward.
  const passed = gate.kind === 'proceed' && !isBlind(deployment)
  if (deployment.status === 'holding')
    return whileHolding(deployment, now, gate.kind === 'hold' ? gate.reason : null, passed)
  if (gate.kind === 'hold') return holdFor(deployment, now, gate.reason, gate.detail)
  if (gate.kind === 'proceed' && passed && observing)
    return windowPassed(deployment, now, gate.detail, gate.missedTargets)
  return NOTHING
}

const NOTHING: Change = { patch: {}, lines: [] }

/** A low-traffic hold is over as soon as there is enough; its window has long reached its end. */
function windowEnd(deployment: Deployment, endsAt: number | null, ms: number): number | null {
  if (endsAt === null) return null
  return deployment.hold?.reason === 'low-traffic' && deployment.window ? deployment.window.since + ms : endsAt
}

/** `evidence`: what was seen, for the thread; the channel has the reason. */
export function breach(
  deployment: Deployment,
  now: number,
  trigger: 'critical' | 'gate',
  detail: string,
  evidence: readonly Line[] = seenThen(deployment),
): Change {
  const issues = [...deployment.issues, detail]
  if (deployment.plan.service.onBreach === 'rollback') {
    const back = startGoingBack(deployment, now, trigger, detail)
    return { patch: { ...back.patch, issues }, lines: [...back.lines, ...evidence] }
  }
  if (deployment.hold?.reason === 'critical') return NOTHING
  const rollBackAt = now + COUNTDOWN_MS
  return {
    patch: { ...startHold(deployment, now, 'critical', detail, { rollBackAt }), issues },
    lines: [
      {
        text: `Threshold breach: ${fullStop(detail)} ${trafficNow(deployment)} It rolls back by itself in ${COUNTDOWN_MS / 60_000} min unless somebody decides before.`,
        audience: 'channel',
        level: 'bad',
      },
      ...evidence,
    ],
  }
}

const DATA_REASONS: readonly HoldReason[] = ['no-data', 'low-traffic']

/** A hold for want of data ends when there is data; every other one waits for a person. */
function whileHolding(deployment: Deployment, now: number, objection: string | null, passed: boolean): Change {
  const { hold, window } = deployment
  if (!hold || !window || !DATA_REASONS.includes(hold.reason)) return NOTHING
  if (hold.reason === 'low-traffic' && !passed) return NOTHING
  if (hold.reason === 'no-data' && (objection === 'no-data' || window.noData > 0)) return NOTHING
  const stepSince = hold.reason === 'low-traffic' ? deployment.stepSince : now
  return {
    patch: { ...endHold(deployment, now), stepSince, window: { ...window, askedAt: 0 } },
    lines: [
      {
        text: `${hold.reason === 'low-traffic' ? 'There is enough traffic now' : 'Data is back'}, after ${Math.round((now - hold.since) / 1000)} s; ${deployment.id} goes on by itself.`,
        audience: 'thread',
        level: 'good',
      },
    ],
  }
}

function holdFor(
  deployment: Deployment,
  now: number,
  reason: 'warning' | 'no-data' | 'low-traffic',
  detail: string,
): Change {
  const why = { warning: 'Warning', 'no-data': 'No data', 'low-traffic': 'Too little traffic to judge' }[reason]
  const clears =
    reason === 'warning'
      ? 'A person decides: Resume goes on, Roll back goes back.'
      : reason === 'low-traffic'
        ? 'It goes on by itself when there is enough; Resume goes on without, Roll back goes back.'
        : 'It goes on by itself when there is data; Resume watches this step anew, Roll back goes back.'
  return {
    patch: { ...startHold(deployment, now, reason, detail), issues: [...deployment.issues, `${why}: ${detail}`] },
    lines: [
      {
        text: `${why}: ${fullStop(detail)} ${deployment.id} holds. ${trafficNow(deployment)} ${clears}`,
        audience: 'channel',
        level: 'warning',
      },
      ...seenThen(deployment),
    ],
  }
}

function tableOf({ lastSample, plan }: Deployment): string {
  return lastSample ? metricsTable(lastSample, plan.service) : ''
}

/** The whole table behind a decision, for the thread: the channel has the reason. */
function seenThen(deployment: Deployment): Line[] {
  const evidence = tableOf(deployment)
  if (evidence === '') return []
  return [{ text: 'The metrics at that moment:', evidence, audience: 'thread', level: 'info' }]
}

function windowPassed(deployment: Deployment, now: number, detail: string, missed: readonly string[]): Change {
  const next = enterNext(deployment, now)
  if (next === undefined) return NOTHING
  const metrics = tableOf(deployment)
  const targets = missed.length > 0 ? ` Outside the targets of phase 6, within the warnings: ${missed.join('; ')}.` : ''
  return {
    patch: { ...next, issues: [...deployment.issues, ...missed] },
    lines: [
      {
        text: `${watchedPart(deployment)} passed its gate: ${detail}.${targets}`,
        audience: 'thread',
        level: 'good',
        step: deployment.step,
        ...(metrics === '' ? {} : { evidence: metrics }),
      },
      ...askIfApproval(deployment, next.step),
    ],
  }
}

/** `25 %`, or `Pod 2 of 3` where pods are counted. */
function watchedPart(deployment: Deployment): string {
  const want = locateStep(deployment.plan, deployment.step)?.step.want
  if (want?.do !== 'observe' || want.percent !== null) return `${deployment.window?.percent ?? 0} %`
  return batchName(deployment).replace(/^p/, 'P')
}

function peaksWith(deployment: Deployment, sample: Sample): Deployment['peaks'] {
  const peaks = { ...deployment.peaks }
  for (const finding of judgeSample(sample, deployment.plan.service).findings) {
    if ('absent' in finding.reading || finding.level === 'low-traffic') continue
    const { metric, good } = finding.threshold
    const before = peaks[metric]
    const { value } = finding.reading
    peaks[metric] = before === undefined ? value : good === 'low' ? Math.max(before, value) : Math.min(before, value)
  }
  return peaks
}

/** The guard's sightings: a crash goes back at once, all unready takes the traffic away and asks, some unready holds and goes back after its grace. */
export function podsSeen(
  deployment: Deployment,
  { health, verdict, realShare }: Extract<DeploymentEvent, { type: 'pods-seen' }>,
  now: number,
): Outcome<Change> {
  // A superseded one has nowhere to go back to, and the service is already the next one's.
  if (!hasWayBack(deployment, now)) return refuse.stale(deployment)
  const change = onPods(deployment, verdict, now)
  const share = realShare === undefined ? {} : { share: { ...deployment.share, real: realShare } }
  return { ok: true, value: { patch: { pods: health, ...share, ...change.patch }, lines: change.lines } }
}

function onPods(deployment: Deployment, verdict: PodVerdict, now: number): Change {
  if (verdict.kind === 'crash') {
    if (deployment.status === 'completed' && !deployment.settled && !deployment.rolled) return NOTHING
    const back = startGoingBack(deployment, now, 'crash', verdict.detail)
    return { patch: { ...back.patch, issues: [...deployment.issues, verdict.detail] }, lines: back.lines }
  }
  const holdsForPods = deployment.hold?.reason === 'unready'
  if (verdict.kind === 'well') {
    if (!holdsForPods || deployment.hold?.withdraw) return NOTHING
    return {
      patch: endHold(deployment, now),
      lines: [{ text: wellAgain(deployment), audience: 'thread', level: 'good' }],
    }
  }
  if (verdict.kind === 'some-unready') {
    if (deployment.status === 'completed' || !getsTraffic(deployment)) return NOTHING
    const rollBackAt = verdict.since + deployment.plan.service.guard.unreadyGraceMs
    if (now >= rollBackAt) return startGoingBack(deployment, now, 'unready', verdict.detail)
    // A hold that waits for a person stays theirs: pods that come back must not end it.
    if (deployment.status === 'holding') return NOTHING
    return {
      patch: startHold(deployment, now, 'unready', verdict.detail, { rollBackAt }),
      lines: [
        {
          text: `${capitalised(verdict.detail)}. ${deployment.id} holds, and goes back if that lasts ${Math.round(deployment.plan.service.guard.unreadyGraceMs / 1000)} s.`,
          audience: 'thread',
          level: 'warning',
        },
      ],
    }
  }
  // There is no old workload any more to take the traffic: only the kept version has room for it.
  if (isOldReplaced(deployment)) return startGoingBack(deployment, now, 'unready', verdict.detail)
  if (deployment.share.planned === 0 || deployment.hold?.withdraw) return NOTHING
  const rollBackAt = now + COUNTDOWN_MS
  return {
    patch: startHold(deployment, now, 'unready', verdict.detail, { rollBackAt, withdraw: 'wanted' }),
    lines: [
      {
        text: `${capitalised(verdict.detail)}. The traffic of ${deployment.version} is taken away now. It rolls back by itself in ${COUNTDOWN_MS / 60_000} min unless somebody decides: Resume gives the traffic back, Roll back ends it.`,
        audience: 'channel',
        level: 'bad',
      },
    ],
  }
}

/**
 * Pods without traffic harm nobody: a set that waits for its switch is asked for its readiness before it, and pods whose
 * traffic was taken away wait for a person. Where pods divide the traffic a ready one has some before its share is recorded.
 */
function getsTraffic({ share, hold, plan, pods }: Deployment): boolean {
  if (hold?.withdraw) return false
  const { kind } = plan.service.router
  return share.planned > 0 || ((kind === 'replicas' || kind === 'rolling') && (pods?.ready ?? 0) > 0)
}

function wellAgain({ id, meddled }: Deployment): string {
  return `All new pods are ready again; ${id} ${meddled && !meddled.reclaim ? 'still holds: others changed what is its own' : 'goes on'}.`
}

/** What is left of a countdown that ended without a word. */
export function countdownOver(deployment: Deployment, now: number): Outcome<Change> {
  const { hold } = deployment
  if (deployment.status !== 'holding' || hold?.rollBackAt === undefined || now < hold.rollBackAt)
    return refuse.stale(deployment)
  const trigger = hold.reason === 'unready' ? 'unready' : 'countdown'
  return {
    ok: true,
    value: startGoingBack(
      deployment,
      now,
      trigger,
      `${asClause(hold.detail)}; nobody decided for ${duration(now - hold.since)}`,
    ),
  }
}
