/** A catalogue entry for tests of the metrics: the playbook's table, short windows. */
import type { Service } from '../../src/playbook/service.ts'
import { DEFAULT_THRESHOLDS, DEFAULT_TRAFFIC } from '../../src/playbook/thresholds.ts'

export function measuredService(overrides: Partial<Service> = {}): Service {
  const name = overrides.name ?? 'api'
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
    approvers: ['U0APPROVER'],
    deployers: [],
    emergency: ['U0APPROVER'],
    selfApproval: false,
    strategies: ['canary'],
    defaultStrategy: 'canary',
    canary: { steps: [{ percent: 100, observeMs: 600_000, pods: null, gate: 'approval' }] },
    blueGreen: { monitorMs: 0, keepMs: 0, gate: 'auto', preview: [] },
    rolling: { batch: 1, observeMs: 0, monitorMs: 0, keepMs: 0, gate: 'auto' },
    monitorMs: 600_000,
    keepMs: 3_600_000,
    keep: 'warm',
    onBreach: 'rollback',
    judgement: {
      sampleIntervalMs: 1_000,
      sampleWindowMs: 5_000,
      successRate: 0.98,
      trafficFloor: 300,
      fastPath: { errorRatio: 0.1, requests: 50 },
      criticalOf: { k: 1, n: 1 },
      warningOf: { k: 2, n: 3 },
      warmupMs: 60_000,
      noDataSamples: 3,
    },
    guard: { crashes: 1, unreadyShare: 1, unreadyGraceMs: 10_000, pollMs: 5_000 },
    timeouts: { checkMs: 10_000, rolloutMs: 600_000, approvalMs: 14_400_000, holdReminderMs: 900_000, drainMs: 30_000 },
    thresholds: DEFAULT_THRESHOLDS,
    traffic: DEFAULT_TRAFFIC,
    alerts: 'namespace="$namespace"',
    ...overrides,
  }
}
