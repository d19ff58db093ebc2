/** How a forward step ended. */
import type { CheckIn, Deployment } from '../deployment.ts'
import { duration, HOUR, SECOND } from '../durations.ts'
import type { DeploymentEvent, StepFacts } from '../events.ts'
import { locateStep, type Step } from '../plan.ts'
import type { Outcome } from '../refusal.ts'
import { oldVersion, refuse } from '../refuse.ts'
import { fitToPin, rolledShare } from '../rolling.ts'
import { asClause, fullStop } from '../sentence.ts'
import type { Service } from '../service.ts'
import { askIfApproval, type Change, enterNext, type Line, startGoingBack, startHold } from './change.ts'

/** Characters of a reason shown outside the thread. */
const LONGEST_REASON = 280

/** No look at a step takes longer than this, ms: its requests have 10 s each. What goes beyond it is no one's deadline. */
const LONGEST_LOOK_MS = 30 * SECOND

/** The playbook's check-ins after the deployment ("Post-Deployment"). */
const CHECK_INS = [
  { name: '1h', afterMs: HOUR },
  { name: '4h', afterMs: 4 * HOUR },
  { name: '24h', afterMs: 24 * HOUR },
] as const satisfies readonly { name: CheckIn['name']; afterMs: number }[]

export function stepDone(
  deployment: Deployment,
  event: Extract<DeploymentEvent, { type: 'step-done' }>,
  now: number,
): Outcome<Change> {
  const { step, text, level = 'good', evidence, facts = {} } = event
  const at = current(deployment, step)
  if (!at) return refuse.stale(deployment)
  const done: Line = {
    text,
    audience: at.want.do === 'skip' ? 'record' : 'thread',
    level,
    step,
    ...(evidence === undefined ? {} : { evidence }),
  }
  const learnt = { ...factsToFields(deployment, facts), ...effectOf(deployment, at, facts, now) }
  const next = enterNext(deployment, now)
  if (next === undefined) return { ok: true, value: complete(deployment, learnt, done, now) }
  const lines = [done, ...askIfApproval(deployment, next.step)]
  return { ok: true, value: { patch: { ...learnt, ...next }, lines } }
}

/** The step wanted something of the record itself: the share, the slots. */
function effectOf(deployment: Deployment, step: Step, facts: StepFacts, now: number): Partial<Deployment> {
  const { want } = step
  const { service } = deployment.plan
  if (want.do === 'route') return shareGiven(want.percent, facts, now)
  if (want.do === 'pin' && facts.pin && deployment.rolled) return { rolled: fitToPin(deployment.rolled, facts.pin) }
  if (want.do === 'roll' && deployment.rolled) {
    const rolled = { ...deployment.rolled, ...facts.rolled }
    return shareGiven(rolledShare(rolled, service), facts, now)
  }
  if (want.do === 'verify-route')
    return { share: { planned: deployment.share.planned, real: facts.realShare ?? deployment.share.real } }
  if (want.do === 'keep-old') return { kept: service.keep === 'warm' }
  if (want.do === 'settle') return settledBy(service)
  return {}
}

/** From here on the new version has this share, and is watched at it. */
function shareGiven(percent: number, facts: StepFacts, now: number): Pick<Deployment, 'share' | 'window'> {
  return {
    share: { planned: percent, real: facts.realShare ?? null },
    window: { percent, since: now, samples: [], noData: 0, askedAt: now },
  }
}

/** A rolling deployment's pods stay the same ones, and so does what tells them from the old ones. */
function settledBy({ router }: Service): Partial<Deployment> {
  const share = { planned: 100, real: 100 }
  return router.kind === 'rolling' ? { share } : { settled: true, pods: null, share }
}

function factsToFields(deployment: Deployment, facts: StepFacts): Partial<Deployment> {
  return {
    ...(facts.fromVersion === undefined ? {} : { fromVersion: facts.fromVersion }),
    ...(facts.fromPods === undefined ? {} : { fromPods: facts.fromPods }),
    ...(facts.digest === undefined ? {} : { digest: facts.digest }),
    ...(facts.pin === undefined ? {} : { pin: facts.pin }),
    ...(facts.baseline === undefined ? {} : { baseline: facts.baseline }),
    ...(facts.rolled === undefined || !deployment.rolled ? {} : { rolled: { ...deployment.rolled, ...facts.rolled } }),
    ...(facts.issues === undefined ? {} : { issues: [...deployment.issues, ...facts.issues] }),
  }
}

function complete(deployment: Deployment, learnt: Partial<Deployment>, done: Line, now: number): Change {
  const { service } = deployment.plan
  const checkIns = CHECK_INS.map(({ name, afterMs }) => ({ name, dueAt: now + afterMs }))
  const minutes = Math.floor((now - deployment.createdAt) / 60_000)
  const kept = service.keep === 'warm' ? 'stays warm' : 'stays restorable'
  const text = `${deployment.service} ${deployment.version} is deployed: 100 % of traffic, ${minutes} min. ${oldVersion(deployment)} ${kept} for ${duration(service.keepMs)}; check-ins follow after 1 h, 4 h and 24 h.`
  return {
    patch: {
      ...learnt,
      status: 'completed',
      endedAt: now,
      keepUntil: now + service.keepMs,
      checkIns,
      window: null,
      hold: null,
      waitingFor: null,
    },
    lines: [done, { text, audience: 'channel', level: 'good' }],
  }
}

export function stepNotYet(
  deployment: Deployment,
  event: Extract<DeploymentEvent, { type: 'step-not-yet' }>,
  now: number,
): Outcome<Change> {
  const { step, why, retryAt, facts = {} } = event
  const at = current(deployment, step)
  if (!at) return refuse.stale(deployment)
  const stepSince = deployment.stepSince + unseenMs(deployment, now)
  // A cluster that is not seen keeps the step from its end, not the new version.
  if (!deployment.blind && at.deadlineMs !== null && now - stepSince >= at.deadlineMs) {
    const late = `Not there after ${duration(at.deadlineMs)}: ${why}`
    return stepFailed(deployment, { type: 'step-failed', step, why: late, facts }, now)
  }
  const lines: Line[] =
    deployment.waitingFor === why
      ? []
      : [{ text: `“${at.purpose}”: not yet, ${why}`, audience: 'record', level: 'info', step }]
  return {
    ok: true,
    value: { patch: { ...factsToFields(deployment, facts), stepSince, retryAt, waitingFor: why }, lines },
  }
}

/** How long nobody looked at the step when somebody should have: no worker was there, or the one that was got killed. */
function unseenMs({ stepSince, retryAt }: Deployment, now: number): number {
  return Math.max(0, now - Math.max(stepSince, retryAt) - LONGEST_LOOK_MS)
}

export function stepFailed(
  deployment: Deployment,
  event: Extract<DeploymentEvent, { type: 'step-failed' }>,
  now: number,
): Outcome<Change> {
  const { step, why, evidence } = event
  const at = current(deployment, step)
  if (!at) return refuse.stale(deployment)
  const learnt = factsToFields(deployment, event.facts ?? {})
  const seen = { ...deployment, ...learnt }
  const failed: Line = {
    text: `“${at.purpose}” failed: ${fullStop(why)}`,
    audience: 'thread',
    level: 'bad',
    step,
    ...(evidence === undefined ? {} : { evidence }),
  }
  const reason = `“${at.purpose}” failed: ${asClause(shortened(why))}`
  const { patch, lines } =
    at.onFail === 'refuse'
      ? refuseStart(seen, why, now)
      : at.onFail === 'roll-back'
        ? startGoingBack(seen, now, 'step-failed', reason)
        : holdFailed(seen, reason, now)
  const issues = [...seen.issues, `${at.purpose}: ${shortened(why)}`]
  return { ok: true, value: { patch: { ...learnt, ...patch, issues }, lines: [failed, ...lines] } }
}

function holdFailed(deployment: Deployment, reason: string, now: number): Change {
  return {
    patch: startHold(deployment, now, 'step-failed', reason),
    lines: [
      {
        text: `${deployment.id} holds: ${reason}. Resume tries again; Roll back goes back to ${oldVersion(deployment)}.`,
        audience: 'channel',
        level: 'warning',
      },
    ],
  }
}

function refuseStart(deployment: Deployment, why: string, now: number): Change {
  const text = `${deployment.service} ${deployment.version} is not deployed: ${fullStop(shortened(why))} Nothing was changed; all traffic stays on ${oldVersion(deployment)}. When it is mended: \`/deploy ${deployment.service} ${deployment.version} ${deployment.strategy}\`.`
  return {
    patch: { status: 'refused', endedAt: now, waitingFor: null },
    lines: [{ text, audience: 'channel', level: 'bad' }],
  }
}

/** The step, when the deployment is really there and moving (or holding: a step under way may still report). */
function current(deployment: Deployment, step: string): Step | undefined {
  if (deployment.status !== 'running' && deployment.status !== 'holding') return undefined
  return deployment.step === step ? locateStep(deployment.plan, step)?.step : undefined
}

/** The thread has it all; the card and the channel have the beginning, cut between words. */
function shortened(text: string): string {
  if (text.length <= LONGEST_REASON) return text
  const cut = text.slice(0, LONGEST_REASON)
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 1))} … (all of it is in the thread).`
}
