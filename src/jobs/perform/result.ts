/** How performing a step ended. */
import type { Deployment } from '../../playbook/deployment.ts'
import type { StepFacts } from '../../playbook/events.ts'
import type { WriteContext } from '../../ports/cluster.ts'
import { emergencyContext } from '../../ports/emergency-context.ts'

export type StepResult =
  /** `level`: it is done, and something about it is not well, or not known; left out: good. */
  | {
      readonly kind: 'done'
      readonly text: string
      readonly level?: 'info' | 'warning'
      readonly evidence?: string
      readonly facts?: StepFacts
    }
  /** Asked again after so long, ms of deployment time. */
  | { readonly kind: 'not-yet'; readonly why: string; readonly retryMs: number; readonly facts?: StepFacts }
  | { readonly kind: 'failed'; readonly why: string; readonly evidence?: string; readonly facts?: StepFacts }

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
