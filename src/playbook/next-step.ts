/** Deployment + now -> what to do: perform this, sample, wait until then, wait for a person, or nothing any more. Pure. */
import type { CheckIn, Deployment } from './deployment.ts'
import type { OwnedField } from './foreign-change.ts'
import { isBlind } from './is-blind.ts'
import { locateStep, type PhaseName, type Step } from './plan.ts'

export type Next =
  /** A forward step of the plan. */
  | { readonly kind: 'perform'; readonly step: Step; readonly phase: PhaseName }
  /** Ask the metrics. */
  | { readonly kind: 'sample'; readonly since: number }
  /** Write again what others changed. */
  | { readonly kind: 'reclaim'; readonly fields: readonly OwnedField[] }
  /** Take the traffic away while holding. */
  | { readonly kind: 'withdraw' }
  | { readonly kind: 'way-back'; readonly step: Step; readonly index: number }
  | { readonly kind: 'check-in'; readonly name: CheckIn['name'] }
  /** The keep time is over: the kept version goes. */
  | { readonly kind: 'forget' }
  /** Time itself is the event. */
  | { readonly kind: 'note'; readonly event: 'approval-expired' | 'hold-reminded' | 'countdown-over' }
  /** Nothing until then (ms since the epoch); a person's word comes as an event of its own. */
  | { readonly kind: 'wait'; readonly until: number; readonly person: boolean }
  | { readonly kind: 'finished' }

export function nextStep(deployment: Deployment, now: number): Next {
  switch (deployment.status) {
    case 'going-back':
      return onTheWayBack(deployment, now)
    case 'running':
      return forward(deployment, now)
    case 'holding':
      return holding(deployment, now)
    case 'completed':
      return afterwards(deployment, now)
    case 'rolled-back':
    case 'refused':
      return { kind: 'finished' }
  }
}

function onTheWayBack(deployment: Deployment, now: number): Next {
  const { goingBack, plan } = deployment
  const step = goingBack && plan.wayBack[goingBack.step]
  if (!goingBack || !step) return { kind: 'finished' }
  const drained = step.want.do === 'drain' ? goingBack.stepSince + (goingBack.hadTraffic ? step.want.ms : 0) : 0
  const ready = Math.max(deployment.retryAt, drained)
  return now < ready ? { kind: 'wait', until: ready, person: false } : { kind: 'way-back', step, index: goingBack.step }
}

/** When the next sample is due; null while nothing is watched. */
function sampleDue(deployment: Deployment): number | null {
  const { window, plan, hold } = deployment
  if (!window || hold?.withdraw) return null
  return window.askedAt + plan.service.judgement.sampleIntervalMs
}

function forward(deployment: Deployment, now: number): Next {
  const at = locateStep(deployment.plan, deployment.step)
  if (!at) return { kind: 'finished' }
  const { meddled, retryAt } = deployment
  if (meddled?.reclaim)
    return now < retryAt
      ? { kind: 'wait', until: retryAt, person: false }
      : { kind: 'reclaim', fields: meddled.changes.map((change) => change.field) }
  const sampleAt = sampleDue(deployment)
  if (sampleAt !== null && now >= sampleAt) return { kind: 'sample', since: deployment.window?.since ?? now }
  const { want } = at.step
  if (want.do === 'observe') return { kind: 'wait', until: sampleAt ?? now, person: false }
  if (want.do === 'approve') {
    const expires = deployment.stepSince + deployment.plan.service.timeouts.approvalMs
    if (now >= expires) return { kind: 'note', event: 'approval-expired' }
    return { kind: 'wait', until: Math.min(expires, sampleAt ?? expires), person: true }
  }
  // What is done without seeing what becomes of it is done blindly. The guard sees again, or makes it hold.
  if (isBlind(deployment))
    return {
      kind: 'wait',
      until: Math.min(now + deployment.plan.service.guard.pollMs, sampleAt ?? Infinity),
      person: false,
    }
  if (now < deployment.retryAt)
    return { kind: 'wait', until: Math.min(deployment.retryAt, sampleAt ?? deployment.retryAt), person: false }
  return { kind: 'perform', step: at.step, phase: at.phase }
}

function holding(deployment: Deployment, now: number): Next {
  const { hold } = deployment
  if (!hold) return { kind: 'finished' }
  if (hold.withdraw === 'wanted' && now >= deployment.retryAt) return { kind: 'withdraw' }
  const countdown = hold.rollBackAt ?? Number.POSITIVE_INFINITY
  if (now >= countdown) return { kind: 'note', event: 'countdown-over' }
  const sampleAt = sampleDue(deployment) ?? Number.POSITIVE_INFINITY
  if (now >= sampleAt) return { kind: 'sample', since: deployment.window?.since ?? now }
  if (now >= hold.remindAt) return { kind: 'note', event: 'hold-reminded' }
  const retry = hold.withdraw === 'wanted' ? deployment.retryAt : Number.POSITIVE_INFINITY
  return { kind: 'wait', until: Math.min(countdown, sampleAt, hold.remindAt, retry), person: true }
}

function afterwards(deployment: Deployment, now: number): Next {
  const dues = deployment.checkIns.filter((row) => row.doneAt === undefined)
  const due = dues.find((row) => now >= row.dueAt)
  const { keepUntil } = deployment
  // The check-in comes first: at the end of the first hour its Roll back button must still have somewhere to go.
  if (due) return { kind: 'check-in', name: due.name }
  if (keepUntil !== null && now >= Math.max(keepUntil, deployment.retryAt)) return { kind: 'forget' }
  const times = [
    ...dues.map((row) => row.dueAt),
    ...(keepUntil === null ? [] : [Math.max(keepUntil, deployment.retryAt)]),
  ]
  if (times.length === 0) return { kind: 'finished' }
  return { kind: 'wait', until: Math.min(...times), person: false }
}
