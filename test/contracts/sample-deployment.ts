/** A record as the engine makes them, small, for tests that only carry it about. */
import type { Deployment, TimelineEntry } from '../../src/playbook/deployment.ts'
import type { Plan } from '../../src/playbook/plan.ts'
import type { Service } from '../../src/playbook/service.ts'

const MINUTE = 60_000

export function sampleService(name: string): Service {
  return {
    name,
    context: null,
    namespace: 'shop',
    workload: name,
    container: null,
    image: `registry.example.com/shop/${name}`,
    serviceName: name,
    router: { kind: 'replicas' },
    canaryLabels: {},
    health: [],
    channel: 'C0DEPLOYS',
    approvers: ['U0ANNA'],
    deployers: ['U0BEN'],
    emergency: ['U0ANNA'],
    selfApproval: false,
    strategies: ['canary'],
    defaultStrategy: 'canary',
    canary: { steps: [{ percent: 100, observeMs: 10 * MINUTE, pods: null, gate: 'approval' }] },
    blueGreen: { monitorMs: 30 * MINUTE, keepMs: 30 * MINUTE, gate: 'approval', preview: [] },
    rolling: { batch: 1, observeMs: 8 * MINUTE, monitorMs: 6 * MINUTE, keepMs: 60 * MINUTE, gate: 'approval' },
    monitorMs: 10 * MINUTE,
    keepMs: 60 * MINUTE,
    keep: 'warm',
    onBreach: 'rollback',
    judgement: {
      sampleIntervalMs: 10_000,
      sampleWindowMs: MINUTE,
      successRate: 0.98,
      trafficFloor: 300,
      fastPath: { errorRatio: 0.1, requests: 50 },
      criticalOf: { k: 1, n: 1 },
      warningOf: { k: 2, n: 3 },
      warmupMs: MINUTE,
      noDataSamples: 3,
    },
    guard: { crashes: 1, unreadyShare: 1, unreadyGraceMs: 10_000, pollMs: 5_000 },
    timeouts: {
      checkMs: 10_000,
      rolloutMs: 10 * MINUTE,
      approvalMs: 240 * MINUTE,
      holdReminderMs: 15 * MINUTE,
      drainMs: 30_000,
    },
    thresholds: [],
    traffic: { requests: 'sum(requests)', errors: 'sum(errors)' },
    alerts: '',
  }
}

function samplePlan(service: Service): Plan {
  return {
    service,
    strategy: 'canary',
    version: 'v2.0',
    phases: [
      {
        name: 'preflight',
        steps: [
          {
            id: 'pin',
            purpose: 'the way back is written down',
            want: { do: 'pin' },
            deadlineMs: MINUTE,
            onFail: 'refuse',
          },
        ],
      },
    ],
    wayBack: [
      {
        id: 'restore',
        purpose: 'all traffic to the old version',
        want: { do: 'restore' },
        deadlineMs: null,
        onFail: 'hold',
      },
    ],
    usualMs: 10 * MINUTE,
  }
}

/** Deployment `<service>-<number>`, revision 1, running; `changes` on top. */
export function sampleDeployment(service: string, number: number, changes: Partial<Deployment> = {}): Deployment {
  return {
    id: `${service}-${number}`,
    number,
    service,
    version: 'v2.0',
    fromVersion: null,
    digest: null,
    strategy: 'canary',
    requester: { id: 'U0BEN', name: 'Ben Åkesson' },
    channel: 'C0DEPLOYS',
    createdAt: Date.UTC(2026, 11, 1, 14),
    plan: samplePlan(sampleService(service)),
    revision: 1,
    status: 'running',
    step: 'pin',
    stepSince: Date.UTC(2026, 11, 1, 14),
    retryAt: 0,
    waitingFor: null,
    approvals: [],
    share: { planned: 0, real: null },
    window: null,
    hold: null,
    goingBack: null,
    pin: {
      workload: service,
      replicas: 3,
      template: { spec: { containers: [{ name: service, image: 'registry.example.com/shop/api:v1.0' }] } },
      image: 'registry.example.com/shop/api:v1.0',
      serviceSelector: { app: service },
      weights: null,
      hpa: null,
    },
    rolled: null,
    baseline: null,
    lastSample: null,
    peaks: { 'error-rate': 0.001 },
    pods: null,
    issues: [],
    kept: false,
    settled: false,
    keepUntil: null,
    checkIns: [],
    endedAt: null,
    ...changes,
  }
}

export function sampleEntry(text: string, revision = 1): TimelineEntry {
  return {
    at: Date.UTC(2026, 11, 1, 14),
    revision,
    type: 'noted',
    text,
    audience: 'thread',
    level: 'info',
    by: { id: 'U0BEN', name: 'Ben Åkesson' },
  }
}
