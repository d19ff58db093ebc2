/** What a share really comes to where pods divide the traffic: whoever agrees to 5 % must know that it is 20. */
import type { Deployment } from './deployment.ts'
import { nearestPods } from './nearest-pods.ts'
import { round } from './refuse.ts'

/**
 * ` (really 20 %: 1 pod of 5)`, to stand behind the planned share; empty where the plan can be had as it is, behind a
 * mesh, and while the size of the old version is not known.
 */
export function reallyByPods(
  { plan, pin, fromPods }: Pick<Deployment, 'plan' | 'pin' | 'fromPods'>,
  percent: number,
): string {
  const old = pin?.replicas ?? fromPods
  if (plan.service.router.kind !== 'replicas' || old === undefined || percent >= 100) return ''
  const { pods, share } = nearestPods(percent, old)
  if (round(share) === round(percent)) return ''
  return ` (really ${round(share)} %: ${pods} ${pods === 1 ? 'pod' : 'pods'} of ${pods + old})`
}
