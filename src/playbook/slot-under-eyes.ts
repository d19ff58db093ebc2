/** Which pods the eyes look at now: those that carry the new version's traffic; null: none, or the eyes are off. */
import { type Deployment, hasWayBack } from './deployment.ts'

export function slotUnderEyes(deployment: Deployment, now: number): 'canary' | 'stable' | null {
  const { plan, pin, status, window, hold, settled } = deployment
  if (!plan.service.eyes || pin === null || !hasWayBack(deployment, now)) return null
  // Without traffic a pod counts little more than its own readiness probes, and failing ones are no breach.
  if (status !== 'completed' && (window === null || hold?.withdraw)) return null
  return settled ? 'stable' : 'canary'
}
