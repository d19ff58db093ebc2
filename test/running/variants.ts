/** Every strategy with every router it can be run with, for the service `shop`: the rows of the tests on a control plane. */
import type { RouterSettings, Strategy } from '../../src/playbook/service.ts'

export interface Variant {
  readonly name: string
  readonly strategy: Strategy
  /** The team's, as the catalogue names it. */
  readonly router: RouterSettings
  /** What consent is asked for. */
  readonly approval: string
  /** Is the old version kept beside after completion, or does it come back in place? */
  readonly kept: 'beside' | 'in place'
}

const CANARY = { strategy: 'canary', approval: '5 %', kept: 'beside' } as const
const BLUE_GREEN = { strategy: 'blue-green', approval: '100 %', kept: 'beside' } as const
const ROLLING = { strategy: 'rolling', approval: 'the first pod of shop', kept: 'in place' } as const

const HOSTS = { stable: 'shop', canary: 'shop-canary' } as const
const REPLICAS: RouterSettings = { kind: 'replicas' }
const ISTIO: RouterSettings = { kind: 'istio', virtualService: 'shop', by: 'host', ...HOSTS }

export const VARIANTS: readonly Variant[] = [
  { name: 'canary, replicas', ...CANARY, router: REPLICAS },
  { name: 'canary, istio by host', ...CANARY, router: ISTIO },
  {
    name: 'canary, istio by subset',
    ...CANARY,
    router: { kind: 'istio', virtualService: 'shop', by: 'subset', stable: 'stable', canary: 'canary' },
  },
  {
    name: 'canary, gateway-api',
    ...CANARY,
    router: { kind: 'gateway-api', httpRoute: 'shop', ...HOSTS },
  },
  { name: 'canary, nginx', ...CANARY, router: { kind: 'nginx', ingress: 'shop', ...HOSTS } },
  { name: 'blue-green', ...BLUE_GREEN, router: REPLICAS },
  { name: 'blue-green behind istio', ...BLUE_GREEN, router: ISTIO },
  { name: 'rolling', ...ROLLING, router: REPLICAS },
]
