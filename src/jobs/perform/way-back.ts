/** Performs one step of the way back. Order: restore, confirm, then tell, drain, tidy. */
import type { Deployment } from '../../playbook/deployment.ts'
import { locateStep, type Step } from '../../playbook/plan.ts'
import { oldVersion } from '../../playbook/refuse.ts'
import type { RealShares } from '../../ports/cluster.ts'
import type { Engine } from '../engine.ts'
import { pinOf } from './forward.ts'
import { writeContext } from './result.ts'

export type WayBackResult =
  | { readonly kind: 'done'; readonly text: string; readonly realShare?: number | null }
  | { readonly kind: 'late'; readonly why: string }

export async function performWayBack(
  engine: Engine,
  deployment: Deployment,
  step: Step,
  signal: AbortSignal,
): Promise<WayBackResult> {
  if (step.want.do === 'restore') return restore(engine, deployment, signal)
  if (step.want.do === 'drain') return { kind: 'done', text: 'Requests in flight had time to end.' }
  return tidy(engine, deployment, signal)
}

async function restore(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<WayBackResult> {
  const { service } = deployment.plan
  const pin = pinOf(deployment)
  const context = writeContext(deployment, signal)
  const cold = oldIsReplaced(deployment) && !deployment.kept
  if (cold) {
    const state = await engine.cluster.ensureSlot(service, { slot: 'previous', pin, replicas: pin.replicas }, context)
    if (state.ready === 0)
      return { kind: 'late', why: `the pods of ${oldVersion(deployment)} start (0 of ${pin.replicas} ready)` }
  }
  const shares = await engine.cluster.restore(service, pin, deployment.kept || cold, context)
  return {
    kind: 'done',
    text: `Traffic is restored: ${oldVersion(deployment)} has all of it${confirmed(shares)}.`,
    realShare: shares?.canary ?? null,
  }
}

/** From `promote` on the catalogue's workload no longer holds the old version. */
function oldIsReplaced(deployment: Deployment): boolean {
  const flat = deployment.plan.phases.flatMap((phase) => phase.steps)
  const promote = flat.findIndex((step) => step.want.do === 'promote')
  const at = locateStep(deployment.plan, deployment.step)
  return promote >= 0 && at !== undefined && flat.indexOf(at.step) >= promote
}

function confirmed(shares: RealShares): string {
  return shares === null ? ' (the router does not show shares)' : `, read back as ${Math.round(100 - shares.canary)} %`
}

async function tidy(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<WayBackResult> {
  const { service } = deployment.plan
  const done = await engine.cluster.tidy(service, pinOf(deployment), writeContext(deployment, signal))
  if (!done) return { kind: 'late', why: `${service.workload} takes its old form` }
  return { kind: 'done', text: `${service.workload} is as it was before; nothing of ${deployment.version} is left.` }
}
