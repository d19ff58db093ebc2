/** A service with the playbook's defaults, samples and pods, for the tests of the rules. */

import { createDeployment } from '../../src/playbook/create-deployment.ts'
import type { Deployment, PersonRef } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import type { DeploymentEvent } from '../../src/playbook/events.ts'
import type { MetricName, Reading, Sample } from '../../src/playbook/metrics.ts'
import { planDeployment } from '../../src/playbook/plan-deployment.ts'
import type { PodSighting } from '../../src/playbook/pods.ts'
import { type Recorded, recordEvent } from '../../src/playbook/record-event.ts'
import type { EyesSettings, Service, Strategy } from '../../src/playbook/service.ts'
import { DEFAULT_THRESHOLDS, DEFAULT_TRAFFIC } from '../../src/playbook/thresholds.ts'

export const T0 = Date.UTC(2026, 0, 15, 14, 0, 0)
export const ana: PersonRef = { id: 'U0ANA', name: 'Ana' }
export const ben: PersonRef = { id: 'U0BEN', name: 'Ben' }

const counted = (value: string, op: '!=' | '=~') => [
  { name: 'http_requests_total', matchers: [{ label: 'code', op, value }] },
]
export const EYES: EyesSettings = {
  port: 8080,
  path: '/metrics',
  intervalMs: SECOND,
  via: 'auto',
  requests: counted('', '!='),
  errors: counted('5..', '=~'),
}

export function makeService(over: Partial<Service> = {}): Service {
  return {
    name: 'api',
    context: null,
    namespace: 'production',
    workload: 'api',
    container: null,
    image: 'registry.local/api',
    serviceName: 'api',
    router: { kind: 'istio', virtualService: 'api', by: 'host', stable: 'api', canary: 'api-canary' },
    canaryLabels: {},
    health: [],
    channel: 'C0DEPLOYS',
    approvers: [ana.id, ben.id],
    deployers: [],
    emergency: [ana.id, ben.id],
    selfApproval: false,
    strategies: ['canary', 'blue-green', 'rolling'],
    defaultStrategy: 'canary',
    canary: {
      steps: [
        { percent: 5, observeMs: 10 * MINUTE, pods: 1, gate: 'approval' },
        { percent: 25, observeMs: 15 * MINUTE, pods: 2, gate: 'auto' },
        { percent: 50, observeMs: 15 * MINUTE, pods: 3, gate: 'auto' },
        { percent: 100, observeMs: 10 * MINUTE, pods: null, gate: 'auto' },
      ],
    },
    blueGreen: { monitorMs: 30 * MINUTE, keepMs: 30 * MINUTE, gate: 'approval', preview: [] },
    rolling: { batch: 1, observeMs: 8 * MINUTE, monitorMs: 6 * MINUTE, keepMs: 60 * MINUTE, gate: 'approval' },
    monitorMs: 10 * MINUTE,
    keepMs: 60 * MINUTE,
    keep: 'warm',
    onBreach: 'rollback',
    judgement: {
      sampleIntervalMs: 10 * SECOND,
      sampleWindowMs: MINUTE,
      successRate: 0.98,
      trafficFloor: 300,
      fastPath: { errorRatio: 0.1, requests: 50 },
      criticalOf: { k: 1, n: 1 },
      warningOf: { k: 2, n: 3 },
      warmupMs: MINUTE,
      noDataSamples: 3,
    },
    guard: { crashes: 1, unreadyShare: 1, unreadyGraceMs: 10 * SECOND, pollMs: 5 * SECOND },
    timeouts: {
      checkMs: 10 * SECOND,
      rolloutMs: 10 * MINUTE,
      approvalMs: 240 * MINUTE,
      holdReminderMs: 15 * MINUTE,
      drainMs: 30 * SECOND,
    },
    thresholds: DEFAULT_THRESHOLDS,
    traffic: DEFAULT_TRAFFIC,
    alerts: 'service="api"',
    ...over,
  }
}

export interface SampleFacts {
  readonly requests?: number
  readonly errors?: number
  readonly wholeRequests?: number
  readonly wholeErrors?: number
  readonly p95?: number
  readonly readings?: Partial<Record<MetricName, Reading>>
}

/** A healthy sample unless told otherwise: 1000 recent requests, no errors, all watched rows well inside their targets. */
export function makeSample(at: number, facts: SampleFacts = {}): Sample {
  const { requests = 1000, errors = 0 } = facts
  return {
    at,
    recent: { requests, errors, windowMs: MINUTE },
    whole: { requests: facts.wholeRequests ?? requests, errors: facts.wholeErrors ?? errors, windowMs: 10 * MINUTE },
    readings: {
      'latency-p95': { value: facts.p95 ?? 120 },
      'latency-p99': { value: 300 },
      cpu: { value: 0.4 },
      memory: { value: 0.5 },
      ...facts.readings,
    },
  }
}

export function noData(at: number): Sample {
  return { at, recent: { absent: 'no series' }, whole: { absent: 'no series' }, readings: {} }
}

export function makePod(name: string, over: Partial<PodSighting> = {}): PodSighting {
  return { name, ready: true, terminating: false, restarts: 0, trouble: null, createdAt: T0, ...over }
}

export const PIN = {
  workload: 'api',
  replicas: 3,
  template: {},
  image: 'registry.local/api:v1.9',
  serviceSelector: { app: 'api' },
  weights: [100, 0],
  hpa: null,
} as const

/** What a batch that stands brings, with as many pods as PIN has. */
export const ROLLED = { rolled: { of: PIN.replicas, hash: '5d4fb9c7' }, realShare: 25 } as const

export function newDeployment(service: Service = makeService(), now = T0, strategy: Strategy = 'canary'): Deployment {
  const plan = planDeployment({ service, version: 'v2.0', strategy })
  if (!plan.ok) throw new Error(plan.refusal.what)
  return createDeployment(plan.value, 1, ana, now).deployment
}

/** Records an event that must be accepted. */
export function must(deployment: Deployment, event: DeploymentEvent, now: number): Recorded {
  const outcome = recordEvent(deployment, event, now)
  if (!outcome.ok) throw new Error(`${event.type} was refused: ${outcome.refusal.code} ${outcome.refusal.what}`)
  return outcome.value
}

/** Ends the present step as a healthy world would. Facts that later steps need are filled in. */
export function doStep(deployment: Deployment, now: number): Deployment {
  const step = deployment.step
  const at = deployment.plan.phases.flatMap((phase) => phase.steps).find((row) => row.id === step)
  if (at?.want.do === 'approve') return must(deployment, { type: 'approved', by: ben, step }, now).deployment
  if (at?.want.do === 'observe')
    return must(deployment, { type: 'sampled', sample: makeSample(now, { wholeRequests: 10_000 }) }, now).deployment
  const facts = {
    ...(step === 'checks' ? { fromVersion: 'v1.9' } : {}),
    ...(step === 'pin' ? { pin: PIN } : {}),
    ...(at?.want.do === 'route' ? { realShare: at.want.percent } : {}),
    ...(at?.want.do === 'roll' ? ROLLED : {}),
  }
  return must(deployment, { type: 'step-done', step, text: 'done', facts }, now).deployment
}

/** Walks the plan on healthy samples until the step of that id is next. */
export function walkTo(deployment: Deployment, step: string, from = T0): { deployment: Deployment; now: number } {
  let now = from
  let current = deployment
  for (let moves = 0; current.step !== step && current.status === 'running'; moves += 1) {
    if (moves > 200) throw new Error(`step ${step} was never reached; stuck at ${current.step}`)
    const want = current.plan.phases.flatMap((phase) => phase.steps).find((row) => row.id === current.step)?.want
    now += want?.do === 'observe' ? want.ms : SECOND
    current = doStep(current, now)
  }
  return { deployment: current, now }
}
