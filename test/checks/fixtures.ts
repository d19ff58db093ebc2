/** A healthy world for the checks; each test makes one thing wrong. */
import type { CheckContext, CheckPorts } from '../../src/checks/check.ts'
import type { Deployment } from '../../src/playbook/deployment.ts'
import type { Capacity, Inspection, Sighting, SlotState } from '../../src/ports/cluster.ts'
import { makePod, newDeployment, T0 } from '../playbook/fixtures.ts'

export const GIB = 1024 ** 3
export const never = new AbortController().signal

export type Workload = NonNullable<Inspection['workload']>

export function makeWorkload(over: Partial<Workload> = {}): Workload {
  return {
    replicas: 3,
    complete: true,
    stuck: null,
    image: 'registry.local/api:v1.9',
    containers: ['api'],
    hasReadinessProbe: true,
    hasPreStop: true,
    preStopSeconds: 5,
    graceSeconds: 30,
    cpuRequest: 0.5,
    memoryRequest: GIB,
    managers: [{ name: 'kubectl-client-side-apply', owns: 'the pod template' }],
    labels: { app: 'api' },
    annotations: {},
    pods: ['api-a', 'api-b', 'api-c'].map((name) => makePod(name)),
    ...over,
  }
}

export function makeInspection(over: Partial<Inspection> = {}): Inspection {
  return {
    workload: makeWorkload(),
    service: { selector: { app: 'api', track: 'stable' }, selectsWorkload: true, selectsCanary: false },
    endpoints: 3,
    quotas: [],
    hpa: null,
    pdb: null,
    leftovers: [],
    routerFaults: [],
    ...over,
  }
}

export function makeCapacity(over: Partial<Capacity> = {}): Capacity {
  return {
    nodeLoad: [
      { node: 'node-1', cpu: 0.42, memory: 0.6 },
      { node: 'node-2', cpu: 0.31, memory: 0.71 },
    ],
    headroom: { cpu: 12, memory: 48 * GIB, pods: 200 },
    ...over,
  }
}

export function makeSlot(over: Partial<SlotState> = {}): SlotState {
  return {
    exists: true,
    wanted: 3,
    ready: 3,
    available: 3,
    updated: 3,
    complete: true,
    stuck: null,
    image: 'registry.local/api:v2.0',
    pods: ['api-canary-a', 'api-canary-b', 'api-canary-c'].map((name) => makePod(name)),
    ...over,
  }
}

const GONE = makeSlot({ exists: false, wanted: 0, ready: 0, available: 0, updated: 0, image: null, pods: [] })

export function makePorts(over: Partial<CheckPorts> = {}, inspection = makeInspection()): CheckPorts {
  const slots = { stable: makeSlot({ image: 'registry.local/api:v1.9' }), canary: makeSlot(), previous: GONE }
  const sighting: Sighting = { at: T0, watched: false, slots, shares: { stable: 0, canary: 100, previous: 0 } }
  return {
    cluster: {
      inspect: async () => inspection,
      capacity: async () => makeCapacity(),
      look: async () => sighting,
      dryRun: async () => [],
    },
    eyes: { read: async () => [] },
    metrics: {
      probe: async (service) =>
        ['requests', 'errors', ...service.thresholds.flatMap((row) => (row.query === null ? [] : [row.metric]))].map(
          (row) => ({ row, series: 1, fault: null }),
        ),
      alerts: async () => [],
    },
    registry: { resolve: async () => ({ kind: 'found', digest: `sha256:${'ab'.repeat(32)}` }) },
    probe: { get: async () => ({ kind: 'answered', status: 200, ms: 12, body: 'ok' }) },
    store: { blocked: async () => [] },
    clock: { now: () => T0 },
    ...over,
  }
}

export function makeContext(
  over: { ports?: Partial<CheckPorts>; deployment?: Deployment; inspection?: Inspection } = {},
): CheckContext {
  const inspection = over.inspection ?? makeInspection()
  const deployment = over.deployment ?? newDeployment()
  return {
    ...makePorts(over.ports, inspection),
    deployment,
    service: deployment.plan.service,
    signal: never,
    inspection: async () => inspection,
    capacity: async () => makeCapacity(),
  }
}
