/** The next batch of a rolling deployment: its pods stand, and get their share of the traffic. */
import type { Deployment } from '../../playbook/deployment.ts'
import { imageReference } from '../../playbook/image.ts'
import { round } from '../../playbook/refuse.ts'
import { batchName, rolledShare } from '../../playbook/rolling.ts'
import type { Engine } from '../engine.ts'
import { SOON_MS, type StepResult, writeContext } from './result.ts'

/** Done when the record's number of new pods is ready and behind the Service; how many there are in all is found out anew. */
export async function roll(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<StepResult> {
  const { rolled, plan, version, digest } = deployment
  if (!rolled) throw new Error(`${deployment.id} is no rolling deployment, yet its plan rolls`)
  const { service } = plan
  const context = writeContext(deployment, signal)
  const image = imageReference(service.image, version, digest)
  const want = { slot: 'canary', image, version, replicas: rolled.wanted } as const
  const state = await engine.cluster.ensureSlot(service, want, context)
  if (state.stuck !== null) return { kind: 'failed', why: state.stuck }
  const ready = `${state.ready} of ${rolled.wanted} ${version} ${rolled.wanted === 1 ? 'pod' : 'pods'} ready`
  // Once a new pod stands the template is known to be ours: from then on the old one was put back by somebody else.
  if (!state.complete || !state.rolling)
    return { kind: 'not-yet', why: ready, retryMs: SOON_MS, ...(state.rolling && { facts: { rolled: state.rolling } }) }
  const seen = { ...rolled, ...state.rolling }
  const percent = rolledShare(seen, service)
  const shares = await engine.cluster.route(service, percent, context)
  if (!shares || shares.canary === 0)
    return { kind: 'not-yet', why: `no ${version} pod is behind Service ${service.serviceName} yet`, retryMs: SOON_MS }
  const name = batchName({ rolled: seen, plan }).replace(/^p/, 'P')
  const runs = name.startsWith('Pods') ? 'run' : 'runs'
  return {
    kind: 'done',
    text: `${name} ${runs} ${version}: ${round(shares.canary)} % of the traffic. The rollout of ${service.workload} is paused while that is watched.`,
    facts: { rolled: state.rolling, realShare: shares.canary },
  }
}
