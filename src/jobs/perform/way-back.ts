/** Performs one step of the way back. Order: restore, confirm, then tell, drain, tidy. */
import { configWarning } from '../../playbook/config-change.ts'
import { type Deployment, isOldReplaced } from '../../playbook/deployment.ts'
import type { Step } from '../../playbook/plan.ts'
import { oldVersion } from '../../playbook/refuse.ts'
import { ClusterError } from '../../ports/cluster.ts'
import type { Engine } from '../engine.ts'
import { undoneBy } from '../keep-restored.ts'
import { writeContext } from './result.ts'

/** Endpoints follow a write within this time, ms; looked at again so often. */
export const CONFIRM_WITHIN_MS = 10_000
export const CONFIRM_AGAIN_MS = 50

export type WayBackResult =
  | { readonly kind: 'done'; readonly text: string; readonly realShare?: number | null }
  | { readonly kind: 'late'; readonly why: string; readonly expected?: boolean; readonly retryMs?: number }

export async function performWayBack(
  engine: Engine,
  deployment: Deployment,
  step: Step,
  signal: AbortSignal,
): Promise<WayBackResult> {
  if (step.want.do === 'restore') return restore(engine, deployment, signal)
  if (step.want.do === 'drain') return drain(engine, deployment, signal)
  return tidy(engine, deployment, signal)
}

async function restore(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<WayBackResult> {
  const { service } = deployment.plan
  if (!deployment.pin)
    return { kind: 'done', text: `${oldVersion(deployment)} has all traffic; none was given away yet.`, realShare: 0 }
  const pin = deployment.pin
  const context = writeContext(deployment, signal)
  const cold = isOldReplaced(deployment) && !deployment.kept && !pin.rollout
  if (cold) {
    const state = await engine.cluster.ensureSlot(service, { slot: 'previous', pin, replicas: pin.replicas }, context)
    if (state.ready === 0)
      return { kind: 'late', why: `the pods of ${oldVersion(deployment)} start (0 of ${pin.replicas} ready)` }
  }
  const throughPrevious = deployment.kept || cold
  const overdue = isOverdue(engine, deployment)
  const shares = await engine.cluster.restore(service, pin, throughPrevious, context, overdue)
  // In place as beside: before any old pod stands there is nowhere to go back to.
  if (pin.rollout && shares?.stable === 0)
    return { kind: 'late', why: `the pods of ${oldVersion(deployment)} start (none of ${pin.replicas} ready)` }
  const left = shares && (throughPrevious ? 100 - shares.previous : shares.canary)
  if (left !== null && left > 0 && !overdue) {
    return {
      kind: 'late',
      why: `${Math.round(left)} % still reach ${deployment.version}`,
      expected: true,
      retryMs: CONFIRM_AGAIN_MS,
    }
  }
  return {
    kind: 'done',
    text: `Traffic is restored: ${oldVersion(deployment)} has all of it${confirmed(left)}.`,
    realShare: left,
  }
}

/** The router may be slow to show what was written; the way back goes on all the same. */
function isOverdue(engine: Engine, deployment: Deployment): boolean {
  const since = deployment.goingBack?.stepSince ?? 0
  return engine.clock.now() - since > CONFIRM_WITHIN_MS
}

function confirmed(left: number | null): string {
  if (left === null) return ' (the router does not show shares)'
  return left > 0
    ? `, as far as was written; the router still shows ${Math.round(left)} % elsewhere`
    : ', read back from the router'
}

/** Traffic is back and requests have ended: now there is time to look at what a template cannot bring back. */
async function drain(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<WayBackResult> {
  const ended = 'Requests in flight had time to end.'
  const { pin, plan } = deployment
  if (!pin?.configs?.length) return { kind: 'done', text: ended }
  try {
    const changes = await engine.cluster.changedConfigs(plan.service, pin, signal)
    const warning = configWarning(changes, oldVersion(deployment))
    return { kind: 'done', text: warning === undefined ? ended : `${ended} ${warning}` }
  } catch (error) {
    // Nothing on the way back waits for a warning.
    if (!(error instanceof ClusterError) || signal.aborted) throw error
    return { kind: 'done', text: `${ended} Whether its ConfigMaps and Secrets changed is not known: ${error.message}` }
  }
}

async function tidy(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<WayBackResult> {
  const { service } = deployment.plan
  const undone = await undoneBy(engine, deployment, signal)
  const done = await engine.cluster.tidy(service, deployment.pin, writeContext(deployment, signal))
  if (!done) return { kind: 'late', why: undone ?? `${service.workload} takes its old form` }
  const again = undone === undefined ? '' : ` It was ${undone}; it is put back.`
  return {
    kind: 'done',
    text: `${service.workload} is as it was before; nothing of ${deployment.version} is left.${again}`,
  }
}
