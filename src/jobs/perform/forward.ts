/** Performs one forward step: reads the world, writes what differs, says how it ended. */
import { runChecks } from '../../checks/run-checks.ts'
import type { Deployment, Pin } from '../../playbook/deployment.ts'
import { imageReference, versionOf } from '../../playbook/image.ts'
import { formatValue, judgeSample } from '../../playbook/judge-sample.ts'
import type { Step } from '../../playbook/plan.ts'
import { podsOfStep } from '../../playbook/pods-of-step.ts'
import { previewServiceName } from '../../playbook/preview-service.ts'
import { round } from '../../playbook/refuse.ts'
import { counted } from '../../playbook/sentence.ts'
import type { Service } from '../../playbook/service.ts'
import type { SlotState } from '../../ports/cluster.ts'
import type { Engine } from '../engine.ts'
import { waitUntilKnown } from './known-to-routers.ts'
import { makeRoom } from './make-room.ts'
import { SOON_MS, type StepResult, writeContext } from './result.ts'
import { roll } from './roll.ts'
import { showLogs } from './show-logs.ts'

export async function performStep(
  engine: Engine,
  deployment: Deployment,
  step: Step,
  signal: AbortSignal,
): Promise<StepResult> {
  const { want } = step
  switch (want.do) {
    case 'check':
      if (want.checks.includes('no-leftovers')) await makeRoom(engine, deployment)
      return runChecks(engine, deployment, want.checks, signal)
    case 'baseline':
      return takeBaseline(engine, deployment, signal)
    case 'pin':
      return pin(engine, deployment, signal)
    case 'deploy':
      return deployPods(engine, deployment, step, signal)
    case 'roll':
      return roll(engine, deployment, signal)
    case 'logs':
      return showLogs(engine, deployment, want.lines, signal)
    case 'route':
      return route(engine, deployment, want.percent, signal)
    case 'verify-route':
      return verifyRoute(engine, deployment, want.percent, signal)
    case 'skip':
      return { kind: 'done', text: `${step.purpose}: skipped, ${want.why}.` }
    case 'keep-old':
      return keepOld(engine, deployment, signal)
    case 'promote':
      return promote(engine, deployment, signal)
    case 'settle':
      return settle(engine, deployment, signal)
    case 'journal':
      return journal(engine, deployment)
    case 'approve':
    case 'observe':
    case 'restore':
    case 'drain':
    case 'tidy':
      throw new Error(`“${want.do}” is not performed on the way forward (step ${step.id})`)
  }
}

async function takeBaseline(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<StepResult> {
  const { plan } = deployment
  const now = engine.clock.now()
  const since = now - plan.service.judgement.sampleWindowMs
  const baseline = await engine.metrics.sample(
    { service: plan.service, slot: 'stable', version: deployment.fromVersion ?? '', since, now },
    signal,
  )
  if (baseline.unreachable !== undefined) return { kind: 'not-yet', why: baseline.unreachable, retryMs: SOON_MS }
  const rows = judgeSample(baseline, plan.service).findings.map(
    ({ threshold, reading }) =>
      `${threshold.label}: ${'absent' in reading ? `no data (${reading.absent})` : formatValue(reading.value, threshold.unit)}`,
  )
  return {
    kind: 'done',
    text: `Before the deployment (${deployment.fromVersion ?? 'old version'}): ${rows.join(', ')}.`,
    facts: { baseline },
  }
}

async function pin(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<StepResult> {
  const pinned = await engine.cluster.pin(deployment.plan.service, writeContext(deployment, signal))
  const hpa = pinned.hpa ? `, HPA minimum ${pinned.hpa.minReplicas}` : ''
  const text = `Way back written down on ${pinned.workload}: ${pinned.image}, ${counted(pinned.replicas, 'pod')}${hpa}.${configsNoted(pinned)}`
  // Said anew: while approval was waited for, the version before may have gone back to the one before it.
  return { kind: 'done', text, facts: { pin: pinned, fromVersion: versionOf(pinned.image) } }
}

/** Their content is not pinned: people must know beforehand. */
function configsNoted({ configs = [] }: Pin): string {
  if (configs.length === 0) return ''
  const names = configs.map(({ kind, name, version }) => `${kind} ${name}${version === null ? ' (not readable)' : ''}`)
  return ` Its configuration is noted, not kept: ${names.join(', ')}.`
}

async function deployPods(
  engine: Engine,
  deployment: Deployment,
  step: Step,
  signal: AbortSignal,
): Promise<StepResult> {
  const { service } = deployment.plan
  const pin = await pinNow(engine, deployment, signal)
  const replicas = podsOfStep(deployment.plan, step, pin)
  const image = imageReference(service.image, deployment.version, deployment.digest)
  const state = await engine.cluster.ensureSlot(
    service,
    { slot: 'canary', image, version: deployment.version, replicas },
    writeContext(deployment, signal),
  )
  const result = whenComplete(
    state,
    replicas,
    `${deployment.version}: ${counted(replicas, 'pod')} ready beside ${pin.replicas} of ${deployment.fromVersion ?? 'the old version'}${whereThey(service)}.`,
  )
  return pin.replicas === deployment.pin?.replicas ? result : { ...result, facts: { pin } }
}

/** Where an HPA decides, the old version may have grown since it was pinned: the new one needs as many pods. */
function pinNow(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<Pin> {
  const pin = pinOf(deployment)
  if (!pin.hpa) return Promise.resolve(pin)
  return engine.cluster.pin(deployment.plan.service, writeContext(deployment, signal), true)
}

/** Where pods that get no traffic by themselves are reached. */
function whereThey(service: Service): string {
  return service.router.kind === 'switch' ? `, out of traffic behind Service ${previewServiceName(service)}` : ''
}

function whenComplete(state: SlotState, wanted: number, text: string): StepResult {
  if (state.stuck !== null) return { kind: 'failed', why: state.stuck }
  if (state.complete && state.ready >= wanted) return { kind: 'done', text }
  return { kind: 'not-yet', why: `${state.ready} of ${counted(wanted, 'pod')} ready`, retryMs: SOON_MS }
}

const HOW_ROUTED: Partial<Record<Service['router']['kind'], (service: Service) => string>> = {
  switch: ({ serviceName }) => `, by one switch of Service ${serviceName}`,
  rolling: ({ workload }) => `: the old pods of ${workload} go`,
}

async function route(
  engine: Engine,
  deployment: Deployment,
  percent: number,
  signal: AbortSignal,
): Promise<StepResult> {
  const { service } = deployment.plan
  const unknown = await waitUntilKnown(engine, service, 'canary', signal)
  if (unknown) return unknown
  const shares = await engine.cluster.route(service, percent, writeContext(deployment, signal))
  const how = HOW_ROUTED[service.router.kind]?.(service) ?? ''
  const real = shares?.canary ?? null
  // Elsewhere the router has it in a moment; where pods divide the traffic there is no more to come.
  const byPods = service.router.kind === 'replicas' && percent < 100
  const really = !byPods || real === null || round(real) === percent ? '' : ` (really ${round(real)} %)`
  return {
    kind: 'done',
    text: `${percent} % of the traffic is given to ${deployment.version}${how}${really}.`,
    facts: { realShare: real },
  }
}

async function verifyRoute(
  engine: Engine,
  deployment: Deployment,
  percent: number,
  signal: AbortSignal,
): Promise<StepResult> {
  const { service } = deployment.plan
  const { shares, slots, sharesUnknown } = await engine.cluster.look(service, signal)
  if (!shares) return { kind: 'not-yet', why: sharesUnknown ?? 'the router does not show its shares', retryMs: SOON_MS }
  const wrong =
    service.router.kind === 'replicas'
      ? shares.canary === 0 || (percent === 100 && shares.canary !== 100)
      : shares.canary !== percent
  if (wrong)
    return {
      kind: 'not-yet',
      why: `the router shows ${round(shares.canary)} % for ${deployment.version}, ${percent} % is wanted`,
      retryMs: SOON_MS,
    }
  const url = service.health[0]?.replaceAll('$version', deployment.version)
  const share = `${round(shares.canary)} % of the traffic reaches ${counted(slots.canary.ready, `${deployment.version} pod`)}`
  if (url === undefined) return { kind: 'done', text: `${share}.`, facts: { realShare: shares.canary } }
  const answer = await engine.probe.get(url, signal)
  if (answer.kind === 'silent')
    return { kind: 'not-yet', why: `${url} does not answer: ${answer.why}`, retryMs: SOON_MS }
  if (answer.status >= 300) return { kind: 'not-yet', why: `${url} answers ${answer.status}`, retryMs: SOON_MS }
  return { kind: 'done', text: `${share}; ${url} answers ${answer.status}.`, facts: { realShare: shares.canary } }
}

async function keepOld(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<StepResult> {
  const { service } = deployment.plan
  const pin = pinOf(deployment)
  if (service.keep === 'cold')
    return {
      kind: 'done',
      text: `The template of ${deployment.fromVersion ?? 'the old version'} is kept; coming back means starting its pods first.`,
    }
  const state = await engine.cluster.ensureSlot(
    service,
    { slot: 'previous', pin, replicas: pin.replicas },
    writeContext(deployment, signal),
  )
  return whenComplete(
    state,
    pin.replicas,
    `${deployment.fromVersion ?? 'The old version'} stands by: ${counted(pin.replicas, 'pod')} out of traffic.`,
  )
}

async function promote(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<StepResult> {
  const { service } = deployment.plan
  const image = imageReference(service.image, deployment.version, deployment.digest)
  const state = await engine.cluster.promote(
    service,
    { image, version: deployment.version },
    writeContext(deployment, signal),
  )
  return whenComplete(
    state,
    state.wanted,
    `${service.workload} runs ${deployment.version}: ${state.ready} of ${counted(state.wanted, 'pod')}.`,
  )
}

async function settle(engine: Engine, deployment: Deployment, signal: AbortSignal): Promise<StepResult> {
  const { service } = deployment.plan
  const unknown = await waitUntilKnown(engine, service, 'stable', signal)
  if (unknown) return unknown
  const settled = await engine.cluster.settle(service, pinOf(deployment), writeContext(deployment, signal))
  if (!settled)
    return {
      kind: 'not-yet',
      why: `${service.workload} is not complete, or traffic still moves to it`,
      retryMs: SOON_MS,
    }
  if (service.router.kind === 'rolling')
    return { kind: 'done', text: `${service.workload} rolls out as it did before, and so does what scales it.` }
  const gone = service.router.kind === 'switch' ? 'Deployment and the preview Service are' : 'Deployment is'
  return { kind: 'done', text: `Traffic goes to ${service.workload} as it always did; the extra ${gone} gone.` }
}

async function journal(engine: Engine, deployment: Deployment): Promise<StepResult> {
  const at = new Date(engine.clock.now()).toISOString()
  const line = `${at} Deployment completed: ${deployment.id} ${deployment.service} ${deployment.fromVersion ?? '?'} -> ${deployment.version} (${deployment.strategy}) by ${deployment.requester.name} (${deployment.requester.id})`
  await engine.journal.append(deployment.id, line)
  return { kind: 'done', text: `Written to deployments.log: ${line}` }
}

export function pinOf(deployment: Deployment): Pin {
  if (!deployment.pin)
    throw new Error(`${deployment.id} has no way back written down; step ${deployment.step} needs it`)
  return deployment.pin
}
