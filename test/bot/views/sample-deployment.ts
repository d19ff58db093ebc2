/** A deployment for views: the playbook's canary of `api`, wherever a test wants it. */
import { createDeployment } from '../../../src/playbook/create-deployment.ts'
import type { Deployment } from '../../../src/playbook/deployment.ts'
import { HOUR, MINUTE, SECOND } from '../../../src/playbook/durations.ts'
import type { Sample } from '../../../src/playbook/metrics.ts'
import { planDeployment } from '../../../src/playbook/plan-deployment.ts'
import type { Service } from '../../../src/playbook/service.ts'
import { DEFAULT_THRESHOLDS, DEFAULT_TRAFFIC } from '../../../src/playbook/thresholds.ts'

/** 2026-02-03 14:00 UTC, a Tuesday. */
export const TWO_PM = Date.UTC(2026, 1, 3, 14, 0)

export const api: Service = {
  name: 'api',
  context: null,
  namespace: 'production',
  workload: 'api',
  container: null,
  image: 'registry.example.com/shop/api',
  serviceName: 'api',
  router: { kind: 'istio', virtualService: 'api', by: 'host', stable: 'api', canary: 'api-canary' },
  canaryLabels: {},
  health: [],
  channel: 'C0DEPLOYS',
  approvers: ['U0LEE', 'U0MIRA'],
  deployers: ['U0SAM'],
  emergency: ['U0LEE', 'U0MIRA'],
  selfApproval: false,
  strategies: ['canary', 'rolling'],
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
  keepMs: HOUR,
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
    approvalMs: 4 * HOUR,
    holdReminderMs: 15 * MINUTE,
    drainMs: 30 * SECOND,
  },
  thresholds: DEFAULT_THRESHOLDS,
  traffic: DEFAULT_TRAFFIC,
  alerts: '',
}

export function healthySample(at: number, errors = 1): Sample {
  return {
    at,
    recent: { requests: 8_400, errors, windowMs: MINUTE },
    whole: { requests: 8_400, errors, windowMs: MINUTE },
    readings: {
      'latency-p95': { value: 182 },
      'latency-p99': { value: 310 },
      cpu: { value: 0.41 },
      memory: { value: 0.5 },
    },
  }
}

/** Asked for by Sam at 14:00, just created; `changes` put it elsewhere. */
export function sampleDeployment(changes: Partial<Deployment> = {}, service: Service = api): Deployment {
  const { version = 'v2.0', strategy = 'canary' } = changes
  const planned = planDeployment({ service, version, strategy })
  if (!planned.ok) throw new Error(planned.refusal.what)
  const created = createDeployment(planned.value, 42, { id: 'U0SAM', name: 'Sam' }, TWO_PM)
  return { ...created.deployment, fromVersion: 'v1.9', ...changes }
}

/** Seven minutes into the window at 25 %, all well. */
export function watched(changes: Partial<Deployment> = {}): Deployment {
  const since = TWO_PM + 20 * MINUTE
  return sampleDeployment({
    step: 'watch-25',
    stepSince: since,
    share: { planned: 25, real: 25 },
    window: {
      percent: 25,
      since,
      samples: [healthySample(since + 7 * MINUTE)],
      noData: 0,
      askedAt: since + 7 * MINUTE,
    },
    lastSample: healthySample(since + 7 * MINUTE),
    baseline: healthySample(TWO_PM),
    pods: {
      at: since,
      wanted: 2,
      ready: 2,
      pods: [pod('api-canary-7d9f-abcde'), pod('api-canary-7d9f-fghij')],
      someUnreadySince: null,
      wereReady: [],
    },
    ...changes,
  })
}

export function pod(name: string, trouble: string | null = null) {
  return {
    name,
    ready: trouble === null,
    terminating: false,
    restarts: trouble === null ? 0 : 3,
    trouble,
    createdAt: TWO_PM,
  }
}
