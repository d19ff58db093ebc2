/** Performs one step of the way back. Order: restore, confirm, then tell, drain, tidy. */
import { configWarning } from '../../playbook/config-change.ts'
import { type Deployment, goesThroughPrevious, type Pin } from '../../playbook/deployment.ts'
import type { Step } from '../../playbook/plan.ts'
import { oldVersion } from '../../playbook/refuse.ts'
import { isPodRouter } from '../../playbook/routed-services.ts'
import { asClause, fullStop } from '../../playbook/sentence.ts'
import { ClusterError, type Sighting } from '../../ports/cluster.ts'
import type { Engine } from '../engine.ts'
import { undoneBy } from '../keep-restored.ts'
import { type Way, wayOnCluster, writeIncident } from './emergency-way.ts'
import { writeContext } from './result.ts'

/** Endpoints follow a write within this time, ms; looked at again so often. */
export const CONFIRM_WITHIN_MS = 10_000
export const CONFIRM_AGAIN_MS = 50
/** One request to a health address once traffic is back, real ms. */
const PROBE_MS = 3_000
/** A look at the kept pods before traffic goes back to them, real ms: beyond it they are taken to be there. */
const LOOK_MS = 2_000
/** Between two looks at old pods that start where nothing of them was left, ms. */
const OLD_PODS_AGAIN_MS = 250

export type WayBackResult =
  | { readonly kind: 'done'; readonly text: string; readonly realShare?: number | null }
  | { readonly kind: 'late'; readonly why: string; readonly expected?: boolean; readonly retryMs?: number }

export async function performWayBack(
  engine: Engine,
  deployment: Deployment,
  step: Step,
  signal: AbortSignal,
): Promise<WayBackResult> {
  if (step.want.do === 'drain') return drain(engine, deployment, signal)
  if (step.want.do !== 'restore') return tidy(engine, deployment, signal)
  const emergency = deployment.goingBack?.emergency
  return emergency === undefined
    ? restore(engine, deployment, wayOfRecord(deployment), signal)
    : restoreInEmergency(engine, deployment, emergency, signal)
}

/** Null: nothing was changed yet. */
function wayOfRecord(deployment: Deployment): Way | null {
  const { pin, kept } = deployment
  const throughPrevious = goesThroughPrevious(deployment)
  return pin && { pin, cold: throughPrevious && !kept, throughPrevious }
}

/** Whoever ordered it may have done all of it already, or may have been cut off after any write: then this goes on. */
async function restoreInEmergency(
  engine: Engine,
  deployment: Deployment,
  emergency: string,
  signal: AbortSignal,
): Promise<WayBackResult> {
  try {
    const result = await restore(engine, deployment, await wayOnCluster(engine, deployment, signal), signal)
    if (result.kind === 'done') await writeIncident(engine, deployment, emergency)
    return result
  } catch (error) {
    if (!(error instanceof ClusterError) || error.by !== emergency) throw error
    await writeIncident(engine, deployment, emergency)
    return { kind: 'done', text: `Traffic is restored: ${emergency} tidies already.`, realShare: null }
  }
}

async function restore(
  engine: Engine,
  deployment: Deployment,
  way: Way | null,
  signal: AbortSignal,
): Promise<WayBackResult> {
  const { service } = deployment.plan
  if (!way) {
    const why = deployment.pin ? 'nothing is pinned on the cluster any more' : 'none was given away yet'
    return { kind: 'done', text: `${oldVersion(deployment)} has all traffic; ${why}.`, realShare: 0 }
  }
  const { pin, cold, throughPrevious } = way
  const context = writeContext(deployment, signal)
  const overdue = isOverdue(engine, deployment)
  const seen = throughPrevious ? await seeSlots(engine, deployment, signal) : null
  const kept = keptSlot(pin, seen)
  if (cold || seen?.previous.ready === 0) {
    const state = await engine.cluster.ensureSlot(service, kept, context)
    if (state.ready === 0) return oldPodsStart(deployment, pin, overdue)
  }
  const [shares] = await Promise.all([
    engine.cluster.restore(service, pin, throughPrevious, context, overdue),
    seen && seen.previous.wanted < kept.replicas ? grow(engine, deployment, kept, signal) : undefined,
  ])
  // In place as beside: before any old pod stands there is nowhere to go back to.
  if (pin.rollout && shares?.stable === 0) return oldPodsStart(deployment, pin, overdue)
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
    text: `Traffic is restored: ${oldVersion(deployment)} has all of it${confirmed(left, await whyUnread(engine, deployment, left, signal))}.`,
    realShare: left,
  }
}

/**
 * Kept, yet nobody may be there: deleted, scaled to none, or all of them ill. Few are enough to go back to. Null: it cannot
 * be seen, and that keeps nothing up.
 */
async function seeSlots(
  { cluster }: Engine,
  { plan }: Deployment,
  signal: AbortSignal,
): Promise<Sighting['slots'] | null> {
  const brief = AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)])
  try {
    return (await cluster.look(plan.service, brief)).slots
  } catch (error) {
    if (!(error instanceof ClusterError) || signal.aborted) throw error
    return null
  }
}

/** Where an HPA decides, the workload may have grown since the old version was put beside it: that gets as many pods. */
function keptSlot(pin: Pin, seen: Sighting['slots'] | null) {
  const replicas = pin.hpa && seen ? Math.max(pin.replicas, seen.stable.wanted) : pin.replicas
  return { slot: 'previous', pin, replicas } as const
}

/** Beside the traffic that goes back, which waits for none of it. */
async function grow(
  { cluster, log }: Engine,
  deployment: Deployment,
  kept: ReturnType<typeof keptSlot>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await cluster.ensureSlot(deployment.plan.service, kept, writeContext(deployment, signal))
  } catch (error) {
    if (!(error instanceof ClusterError) || signal.aborted) throw error
    log.warn(
      { deployment: deployment.id },
      `the kept version could not be made as large as the new one: ${error.message}`,
    )
  }
}

/** Pods that start take their moment; beyond it people are told. */
function oldPodsStart(deployment: Deployment, { replicas }: Pin, overdue: boolean): WayBackResult {
  const why = `the pods of ${oldVersion(deployment)} start (none of ${replicas} ready)`
  return { kind: 'late', why, ...(overdue ? {} : { expected: true, retryMs: OLD_PODS_AGAIN_MS }) }
}

/** The router may be slow to show what was written; the way back goes on all the same. */
function isOverdue(engine: Engine, deployment: Deployment): boolean {
  const since = deployment.goingBack?.stepSince ?? 0
  return engine.clock.now() - since > CONFIRM_WITHIN_MS
}

/** Where pods divide the traffic, and nobody lets us list them: what is missing, in the API server's words. */
async function whyUnread(
  { cluster }: Engine,
  { plan }: Deployment,
  left: number | null,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (left !== null || !isPodRouter(plan.service.router)) return undefined
  try {
    await cluster.look(plan.service, signal)
    return undefined
  } catch (error) {
    if (!(error instanceof ClusterError) || signal.aborted) throw error
    return asClause(error.message)
  }
}

function confirmed(left: number | null, unread: string | undefined): string {
  if (unread !== undefined) return `, as far as was written; it could not be read back: ${unread}`
  if (left === null) return ' (the router does not show shares)'
  return left > 0
    ? `, as far as was written; the router still shows ${Math.round(left)} % elsewhere`
    : ', read back from the router'
}

/** Its pods are replaced, which takes as long as a rollout may; beyond that people are told. */
function takesItsOldForm(engine: Engine, { plan, goingBack }: Deployment): WayBackResult {
  const { workload, timeouts } = plan.service
  const takenMs = engine.clock.now() - (goingBack?.stepSince ?? 0)
  return { kind: 'late', why: `${workload} takes its old form`, expected: takenMs < timeouts.rolloutMs }
}

/** Traffic is back and requests have ended: now there is time to look whether all is well. What is found is told; nothing waits for it. */
async function drain(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<WayBackResult> {
  const parts = await Promise.all([askHealth(engine, deployment, signal), lookAtConfigs(engine, deployment, signal)])
  return { kind: 'done', text: ['Requests in flight had time to end.', ...parts.flat()].join(' ') }
}

/** The playbook's "Verify rollback". Addresses of the new version are gone with it. */
async function askHealth(
  { probe }: Engine,
  { plan, goingBack }: Deployment,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!goingBack?.hadTraffic) return []
  const brief = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)])
  const urls = plan.service.health.filter((url) => !url.includes('$version'))
  return Promise.all(
    urls.map(async (url) => {
      const answer = await probe.get(url, brief)
      return answer.kind === 'answered'
        ? `${url} answers ${answer.status}.`
        : `${url} is silent: ${fullStop(answer.why)}`
    }),
  )
}

/** What a template cannot bring back. */
async function lookAtConfigs(
  { cluster }: Engine,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { pin, plan } = deployment
  if (!pin?.configs?.length) return []
  try {
    const changes = await cluster.changedConfigs(plan.service, pin, signal)
    const warning = configWarning(changes, oldVersion(deployment))
    return warning === undefined ? [] : [warning]
  } catch (error) {
    // Nothing on the way back waits for a warning.
    if (!(error instanceof ClusterError) || signal.aborted) throw error
    return [`Whether its ConfigMaps and Secrets changed is not known: ${fullStop(error.message)}`]
  }
}

async function tidy(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<WayBackResult> {
  const { service } = deployment.plan
  // A record that never heard of its pin, under an emergency that goes by it.
  const onCluster = deployment.pin === null && deployment.goingBack?.emergency !== undefined
  const pin = onCluster ? ((await wayOnCluster(engine, deployment, signal))?.pin ?? null) : deployment.pin
  const undone = await undoneBy(engine, deployment, signal)
  const done = await engine.cluster.tidy(service, pin, writeContext(deployment, signal))
  if (!done && undone !== undefined) return { kind: 'late', why: undone }
  if (!done) return takesItsOldForm(engine, deployment)
  const again = undone === undefined ? '' : ` It was ${undone}; it is put back.`
  return {
    kind: 'done',
    text: `${service.workload} is as it was before; nothing of ${deployment.version} is left.${again}`,
  }
}
