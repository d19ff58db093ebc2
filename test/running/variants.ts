/** Every strategy with every router it can be run with: the rows of the tests, and of the benchmarks, on a control plane. */
import type { RouterSettings, Strategy } from '../../src/playbook/service.ts'

export interface Variant {
  readonly name: string
  readonly strategy: Strategy
  /** The team's, as the catalogue names it for a service of this name. */
  router(service: string): RouterSettings
  /** What consent is asked for. */
  readonly approval: string
  /** Is the old version kept beside after completion, or does it come back in place? */
  readonly kept: 'beside' | 'in place'
}

const CANARY = { strategy: 'canary', approval: '5 %', kept: 'beside' } as const
const BLUE_GREEN = { strategy: 'blue-green', approval: '100 %', kept: 'beside' } as const
const ROLLING = { strategy: 'rolling', approval: 'the first pod of shop', kept: 'in place' } as const

const hosts = (service: string) => ({ stable: service, canary: `${service}-canary` })
const replicas = (): RouterSettings => ({ kind: 'replicas' })
const istio = (service: string): RouterSettings => ({
  kind: 'istio',
  virtualService: service,
  by: 'host',
  ...hosts(service),
})

export const VARIANTS: readonly Variant[] = [
  { name: 'canary, replicas', ...CANARY, router: replicas },
  { name: 'canary, istio by host', ...CANARY, router: istio },
  {
    name: 'canary, istio by subset',
    ...CANARY,
    router: (service) => ({
      kind: 'istio',
      virtualService: service,
      by: 'subset',
      stable: 'stable',
      canary: 'canary',
    }),
  },
  {
    name: 'canary, gateway-api',
    ...CANARY,
    router: (service) => ({ kind: 'gateway-api', httpRoute: service, ...hosts(service) }),
  },
  {
    name: 'canary, nginx',
    ...CANARY,
    router: (service) => ({ kind: 'nginx', ingress: service, ...hosts(service) }),
  },
  { name: 'blue-green', ...BLUE_GREEN, router: replicas },
  { name: 'blue-green behind istio', ...BLUE_GREEN, router: istio },
  { name: 'rolling', ...ROLLING, router: replicas },
]
