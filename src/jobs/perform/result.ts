/** How performing a step ended. */
import type { ChecksOutcome } from '../../checks/outcome.ts'
import type { Deployment } from '../../playbook/deployment.ts'
import type { WriteContext } from '../../ports/cluster.ts'
import { emergencyContext } from '../../ports/emergency-context.ts'

/** As checks end, so does every other step. */
export type StepResult = ChecksOutcome

/** Between two looks at something that is on its way. */
export const SOON_MS = 2_000

/** Deployments are told apart by when they were created: a Redis that lost everything counts from 1 again, the cluster's tokens do not. */
export function writeContext(deployment: Deployment, signal: AbortSignal): WriteContext {
  const { goingBack, plan } = deployment
  if (goingBack?.emergency !== undefined) {
    const tidies = plan.wayBack[goingBack.step]?.want.do === 'tidy'
    return emergencyContext(goingBack.emergency, tidies ? 'tidy' : 'restore', signal)
  }
  return { deployment: deployment.id, revision: deployment.revision, number: deployment.createdAt, signal }
}
