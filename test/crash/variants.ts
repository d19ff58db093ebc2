/** What is deployed, and how it ends. A strategy or a router more is one row more. */
import { SECOND } from '../../src/playbook/durations.ts'
import type { RouterSettings, Service, Strategy } from '../../src/playbook/service.ts'
import { exampleService } from '../stories/example-services.ts'

export interface Variant {
  readonly name: string
  readonly strategy: Strategy
  readonly service: Service
}

/** The playbook in a minute and a half, with one share on the way to all of it. */
function quick(router: RouterSettings, over: Partial<Service> = {}): Service {
  const base = exampleService('api')
  const byHost = router.kind === 'replicas' ? {} : { track: 'canary' }
  return {
    ...base,
    router,
    canaryLabels: byHost,
    canary: {
      steps: [
        { percent: 25, observeMs: 20 * SECOND, pods: 1, gate: 'approval' },
        { percent: 100, observeMs: 20 * SECOND, pods: null, gate: 'auto' },
      ],
    },
    monitorMs: 20 * SECOND,
    keepMs: 60 * SECOND,
    blueGreen: { ...base.blueGreen, gate: 'approval', monitorMs: 20 * SECOND, keepMs: 60 * SECOND },
    // Four pods in two batches.
    rolling: { batch: 2, observeMs: 20 * SECOND, monitorMs: 20 * SECOND, keepMs: 60 * SECOND, gate: 'approval' },
    judgement: { ...base.judgement, trafficFloor: 10 },
    guard: { ...base.guard, pollMs: 30 * SECOND },
    timeouts: { ...base.timeouts, drainMs: 5 * SECOND },
    ...over,
  }
}

const HOSTS = { stable: 'api', canary: 'api-canary' } as const

export const VARIANTS: readonly Variant[] = [
  { name: 'canary, replicas', strategy: 'canary', service: quick({ kind: 'replicas' }) },
  {
    name: 'canary, istio by host',
    strategy: 'canary',
    service: quick({ kind: 'istio', virtualService: 'api', by: 'host', ...HOSTS }),
  },
  {
    name: 'canary, istio by subset',
    strategy: 'canary',
    service: quick({ kind: 'istio', virtualService: 'api', by: 'subset', stable: 'stable', canary: 'canary' }),
  },
  {
    name: 'canary, gateway-api',
    strategy: 'canary',
    service: quick({ kind: 'gateway-api', httpRoute: 'api', ...HOSTS }),
  },
  { name: 'canary, nginx', strategy: 'canary', service: quick({ kind: 'nginx', ingress: 'api', ...HOSTS }) },
  {
    name: 'canary, replicas, old version kept cold',
    strategy: 'canary',
    service: quick({ kind: 'replicas' }, { keep: 'cold' }),
  },
  { name: 'blue-green', strategy: 'blue-green', service: quick({ kind: 'replicas' }) },
  { name: 'rolling', strategy: 'rolling', service: quick({ kind: 'replicas' }) },
]
