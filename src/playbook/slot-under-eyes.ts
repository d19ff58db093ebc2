/** Which pods the eyes look at now: those that carry the new version's traffic; null: none, or the eyes are off. */
import { type Deployment, hasWayBack } from './deployment.ts'
import { locateStep } from './plan.ts'

export function slotUnderEyes(deployment: Deployment, now: number): 'canary' | 'stable' | null {
  const { plan, pin, status, window, hold, settled } = deployment
  if (!plan.service.eyes || pin === null || !hasWayBack(deployment, now)) return null
  // Without traffic a pod counts little more than its own readiness probes, and failing ones are no breach.
  if (status !== 'completed' && (window === null || hold?.withdraw)) return null
  return isTheirs(deployment) ? null : settled || isSettling(deployment) ? 'stable' : 'canary'
}

/** From its beginning on the promoted workload has the traffic, or gets it within seconds. */
function isSettling({ plan, step }: Deployment): boolean {
  return plan.strategy !== 'rolling' && locateStep(plan, step)?.step.want.do === 'settle'
}

/** After the end somebody put another image there: what its pods count is theirs. */
function isTheirs({ status, meddled }: Deployment): boolean {
  return status === 'completed' && (meddled?.changes ?? []).some(({ field }) => field === 'image')
}
