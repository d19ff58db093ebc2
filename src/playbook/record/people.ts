/** What people decide. */
import type { Deployment, PersonRef } from '../deployment.ts'
import { hasWayBack } from '../deployment.ts'
import type { DeploymentEvent } from '../events.ts'
import { locateStep } from '../plan.ts'
import type { Outcome } from '../refusal.ts'
import { refuse } from '../refuse.ts'
import { approvedPart } from '../rolling.ts'
import { asClause, fullStop } from '../sentence.ts'
import {
  askIfApproval,
  type Change,
  endHold,
  enterNext,
  enterStep,
  rollStep,
  startGoingBack,
  startHold,
} from './change.ts'

export function approve(deployment: Deployment, by: PersonRef, step: string, now: number): Outcome<Change> {
  const blocked = refuseEnded(deployment)
  if (blocked) return blocked
  const at = locateStep(deployment.plan, deployment.step)
  if (at?.step.want.do !== 'approve') return refuse.notWaiting(deployment)
  if (at.step.id !== step) return refuse.oldCard(deployment)
  const next = enterNext(deployment, now)
  if (next === undefined) return refuse.stale(deployment)
  const approvals = [...deployment.approvals, { step, by, at: now }]
  const text = `Approved by ${by.name}: ${approvedPart(deployment, at.step.want.percent)}.`
  return {
    ok: true,
    value: {
      patch: { approvals, ...next },
      lines: [{ text, audience: 'thread', level: 'good', by, step }],
    },
  }
}

export function hold(deployment: Deployment, by: PersonRef, reason: string | null, now: number): Outcome<Change> {
  const blocked = refuseEnded(deployment)
  if (blocked) return blocked
  if (deployment.hold?.by) return refuse.alreadyHolding(deployment)
  // Held over a breach that asks: the breach stays the reason, only its countdown ends. The next bad sample starts none.
  const breach = deployment.hold?.reason === 'critical' ? deployment.hold.detail : null
  const detail = breach ?? reason ?? 'no reason given'
  const still = breach
    ? `It no longer rolls back by itself for: ${fullStop(breach)}`
    : 'Watching goes on; a breach still rolls back.'
  const text = `Held by ${by.name}${reason ? `: ${reason}` : ''}. ${still}`
  return {
    ok: true,
    value: {
      patch: startHold(deployment, now, breach ? 'critical' : 'person', detail, { by }),
      lines: [{ text, audience: 'thread', level: 'info', by }],
    },
  }
}

export function resume(held: Deployment, by: PersonRef, now: number): Outcome<Change> {
  const blocked = refuseEnded(held)
  if (blocked) return blocked
  if (held.status !== 'holding' || !held.hold) return refuse.notHolding(held)
  if (held.hold.reason === 'blind') return refuse.unseen(held)
  const { meddled } = held
  if (!meddled) return resumed(held, by, now)
  // Whatever else it held for: from now on ours is written again, where others changed it.
  const reclaim = { ...meddled, reclaim: true }
  const outcome = resumed({ ...held, meddled: reclaim }, by, now)
  if (!outcome.ok) return outcome
  const { patch, lines } = outcome.value
  return { ok: true, value: { patch: { ...patch, meddled: reclaim }, lines } }
}

function resumed(deployment: Deployment, by: PersonRef, now: number): Outcome<Change> {
  if (!deployment.hold) return refuse.notHolding(deployment)
  const text = `Resumed by ${by.name} (it held for: ${asClause(deployment.hold.detail)}).`
  const line = { text, audience: 'thread' as const, level: 'good' as const, by }
  const next = enterNext(deployment, now)
  // The window had run to its end: going on without the missing requests is what the person decided.
  if (deployment.hold.reason === 'low-traffic' && !deployment.hold.withdraw && next !== undefined) {
    const patch = { ...endHold(deployment, now), ...next }
    return { ok: true, value: { patch, lines: [line, ...askIfApproval(deployment, next.step)] } }
  }
  return { ok: true, value: { patch: { ...endHold(deployment, now), ...goOnFrom(deployment, now) }, lines: [line] } }
}

/**
 * Where a resumed deployment goes on: traffic that was taken away is given again first; a window starts afresh, so that
 * the person's judgement is not undone by the samples that caused the hold.
 */
function goOnFrom(deployment: Deployment, now: number): Partial<Deployment> {
  const { hold: held, window } = deployment
  if (held?.withdraw && window) {
    const given = deployment.plan.phases
      .flatMap((phase) => phase.steps)
      .find((step) => step.want.do === 'route' && step.want.percent === window.percent)
    const route = given ?? rollStep(deployment.plan)
    if (route) return { ...enterStep(route.id, now), pods: null, window: null }
  }
  return window ? { window: { ...window, samples: [], noData: 0, since: now } } : {}
}

export function abort(deployment: Deployment, by: PersonRef, reason: string | null, now: number): Outcome<Change> {
  const blocked = refuseEnded(deployment)
  if (blocked) return blocked
  return { ok: true, value: startGoingBack(deployment, now, 'abort', reason ?? 'aborted', by) }
}

export function rollback(
  deployment: Deployment,
  { by, reason, emergency }: Extract<DeploymentEvent, { type: 'rollback-asked' }>,
  now: number,
): Outcome<Change> {
  if (deployment.status === 'going-back') return refuse.goingBack(deployment)
  if (deployment.status === 'completed' && !hasWayBack(deployment, now)) return refuse.noWayBack(deployment)
  if (deployment.status === 'rolled-back' || deployment.status === 'refused') return refuse.ended(deployment)
  const change = startGoingBack(deployment, now, 'rollback', reason ?? 'rolled back by hand', by)
  const { goingBack } = change.patch
  if (!goingBack || emergency === undefined) return { ok: true, value: change }
  return { ok: true, value: { ...change, patch: { ...change.patch, goingBack: { ...goingBack, emergency } } } }
}

function refuseEnded(deployment: Deployment): Outcome<never> | undefined {
  if (deployment.status === 'going-back') return refuse.goingBack(deployment)
  if (deployment.status !== 'running' && deployment.status !== 'holding') return refuse.ended(deployment)
  return undefined
}
