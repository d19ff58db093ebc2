/** What people decide. */
import type { Deployment, PersonRef } from '../deployment.ts'
import { hasWayBack } from '../deployment.ts'
import { locateStep } from '../plan.ts'
import type { Outcome } from '../refusal.ts'
import { refuse } from '../refuse.ts'
import { type Change, endHold, enterStep, nextStepId, startGoingBack, startHold } from './change.ts'

export function approve(deployment: Deployment, by: PersonRef, step: string, now: number): Outcome<Change> {
  const blocked = refuseEnded(deployment)
  if (blocked) return blocked
  const at = locateStep(deployment.plan, deployment.step)
  if (at?.step.want.do !== 'approve') return refuse.notWaiting(deployment)
  if (at.step.id !== step) return refuse.oldCard(deployment)
  const next = nextStepId(deployment)
  if (next === undefined) return refuse.stale(deployment)
  const approvals = [...deployment.approvals, { step, by, at: now }]
  const text = `Approved by ${by.name}: ${at.step.want.percent} % of traffic to ${deployment.version}.`
  return {
    ok: true,
    value: {
      patch: { approvals, ...enterStep(next, now) },
      lines: [{ text, audience: 'thread', level: 'good', by, step }],
    },
  }
}

export function hold(deployment: Deployment, by: PersonRef, reason: string | null, now: number): Outcome<Change> {
  const blocked = refuseEnded(deployment)
  if (blocked) return blocked
  if (deployment.status === 'holding' && deployment.hold?.reason === 'person') return refuse.alreadyHolding(deployment)
  const detail = reason ?? `asked by ${by.name}`
  const text = `Held by ${by.name}${reason ? `: ${reason}` : ''}. Watching goes on; a breach still rolls back.`
  return {
    ok: true,
    value: {
      patch: startHold(deployment, now, 'person', detail, { by }),
      lines: [{ text, audience: 'thread', level: 'warning', by }],
    },
  }
}

export function resume(deployment: Deployment, by: PersonRef, now: number): Outcome<Change> {
  const blocked = refuseEnded(deployment)
  if (blocked) return blocked
  if (deployment.status !== 'holding' || !deployment.hold) return refuse.notHolding(deployment)
  const text = `Resumed by ${by.name} (it held for: ${deployment.hold.detail}).`
  return {
    ok: true,
    value: {
      patch: { ...endHold(deployment, now), ...goOnFrom(deployment, now) },
      lines: [{ text, audience: 'thread', level: 'good', by }],
    },
  }
}

/**
 * Where a resumed deployment goes on: traffic that was taken away is given again first; a window starts afresh, so that
 * the person's judgement is not undone by the samples that caused the hold.
 */
function goOnFrom(deployment: Deployment, now: number): Partial<Deployment> {
  const { hold: held, window } = deployment
  if (held?.withdraw && window) {
    const route = deployment.plan.phases
      .flatMap((phase) => phase.steps)
      .find((step) => step.want.do === 'route' && step.want.percent === window.percent)
    if (route) return { ...enterStep(route.id, now), pods: null, window: null }
  }
  return window
    ? { window: { ...window, samples: [], noData: 0, ...(held?.reason === 'low-traffic' ? {} : { since: now }) } }
    : {}
}

export function abort(deployment: Deployment, by: PersonRef, reason: string | null, now: number): Outcome<Change> {
  const blocked = refuseEnded(deployment)
  if (blocked) return blocked
  return { ok: true, value: startGoingBack(deployment, now, 'abort', reason ?? 'aborted', by) }
}

export function rollback(deployment: Deployment, by: PersonRef, reason: string | null, now: number): Outcome<Change> {
  if (deployment.status === 'going-back') return refuse.goingBack(deployment)
  if (deployment.status === 'completed' && !hasWayBack(deployment, now)) return refuse.noWayBack(deployment)
  if (deployment.status === 'rolled-back' || deployment.status === 'refused') return refuse.ended(deployment)
  return { ok: true, value: startGoingBack(deployment, now, 'rollback', reason ?? 'rolled back by hand', by) }
}

function refuseEnded(deployment: Deployment): Outcome<never> | undefined {
  if (deployment.status === 'going-back') return refuse.goingBack(deployment)
  if (deployment.status !== 'running' && deployment.status !== 'holding') return refuse.ended(deployment)
  return undefined
}
