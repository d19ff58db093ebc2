/** The way back: restore, drain, tidy. Nothing here asks whether it may. */
import { blockedNow, blockOf } from '../block.ts'
import type { Deployment } from '../deployment.ts'
import type { DeploymentEvent } from '../events.ts'
import type { Outcome } from '../refusal.ts'
import { oldVersion, refuse } from '../refuse.ts'
import { capitalised, fullStop } from '../sentence.ts'
import type { Change } from './change.ts'

export function wayBackStepDone(
  deployment: Deployment,
  index: number,
  text: string,
  realShare: number | null | undefined,
  now: number,
): Outcome<Change> {
  const { goingBack, plan } = deployment
  if (deployment.status !== 'going-back' || !goingBack || goingBack.step !== index) return refuse.stale(deployment)
  const restored = plan.wayBack[index]?.want.do === 'restore'
  const { lateTold: _, ...going } = goingBack
  const moved = { ...going, step: index + 1, stepSince: now, ...(restored ? { restoredAt: now } : {}) }
  const share = restored ? { share: { planned: 0, real: realShare ?? null } } : {}
  const line = {
    text,
    audience: restored && goingBack.hadTraffic ? ('channel' as const) : ('thread' as const),
    level: 'good' as const,
  }
  if (index + 1 < plan.wayBack.length)
    return {
      ok: true,
      value: { patch: { goingBack: moved, ...share, retryAt: 0, waitingFor: null, window: null }, lines: [line] },
    }
  return {
    ok: true,
    value: { patch: { goingBack: moved, ...share, ...ended(now) }, lines: [line, outcome(deployment, now)] },
  }
}

export function ended(now: number): Partial<Deployment> {
  return {
    status: 'rolled-back',
    endedAt: now,
    waitingFor: null,
    window: null,
    kept: false,
    settled: false,
    keepUntil: null,
    retryAt: 0,
  }
}

function outcome(deployment: Deployment, now: number): Change['lines'][number] {
  const { goingBack } = deployment
  const seconds = Math.round(((goingBack?.restoredAt ?? now) - (goingBack?.since ?? now)) / 1000)
  const head = goingBack?.hadTraffic
    ? `${deployment.service} ${deployment.version} was rolled back to ${oldVersion(deployment)}; traffic was restored ${seconds === 0 ? 'within a second' : `${seconds} s`} after the decision.`
    : `${deployment.service} ${deployment.version} was stopped before it had traffic; ${oldVersion(deployment)} never stopped serving.`
  const blocked = blockOf({ ...deployment, ...ended(now) })
  const block = blocked ? ` ${blockedNow(blocked)}` : ''
  return {
    text: `${head} Reason: ${fullStop(goingBack?.detail ?? 'not recorded')}${block}`,
    audience: 'channel',
    level: goingBack?.hadTraffic ? 'bad' : 'warning',
  }
}

/** The way back never gives up: it says why it is late, once for each reason, and tries again. */
export function wayBackLate(
  deployment: Deployment,
  late: Extract<DeploymentEvent, { type: 'way-back-late' }>,
): Outcome<Change> {
  const { goingBack } = deployment
  if (deployment.status !== 'going-back' || goingBack?.step !== late.index) return refuse.stale(deployment)
  const patch = { retryAt: late.retryAt, waitingFor: late.why }
  // What was expected for a while is told when it no longer is, though the reason is the same.
  if (late.expected || goingBack.lateTold === late.why) return { ok: true, value: { patch, lines: [] } }
  const step = deployment.plan.wayBack[late.index]
  const urgent = step?.want.do === 'restore' && goingBack.hadTraffic
  const text = `${capitalised(step?.purpose ?? 'way back')}: not yet: ${fullStop(late.why)} It is tried again until it works.`
  return {
    ok: true,
    value: {
      patch: { ...patch, goingBack: { ...goingBack, lateTold: late.why } },
      lines: [urgent ? { text, audience: 'channel', level: 'bad' } : { text, audience: 'thread', level: 'info' }],
    },
  }
}
