/** Every strategy with every router it can be run with, for the service `shop`: the rows of the tests on a control plane. */
import type { RouterSettings, Strategy } from '../../src/playbook/service.ts'

export interface Variant {
  readonly name: string
  readonly strategy: Strategy
  /** The team's, as the catalogue names it. */
  readonly router: RouterSettings
}

const HOSTS = { stable: 'shop', canary: 'shop-canary' } as const
const REPLICAS: RouterSettings = { kind: 'replicas' }
const ISTIO: RouterSettings = { kind: 'istio', virtualService: 'shop', by: 'host', ...HOSTS }

export const VARIANTS: readonly Variant[] = [
  { name: 'canary, replicas', strategy: 'canary', router: REPLICAS },
  { name: 'canary, istio by host', strategy: 'canary', router: ISTIO },
  {
    name: 'canary, istio by subset',
    strategy: 'canary',
    router: { kind: 'istio', virtualService: 'shop', by: 'subset', stable: 'stable', canary: 'canary' },
  },
  {
    name: 'canary, gateway-api',
    strategy: 'canary',
    router: { kind: 'gateway-api', httpRoute: 'shop', ...HOSTS },
  },
  { name: 'canary, nginx', strategy: 'canary', router: { kind: 'nginx', ingress: 'shop', ...HOSTS } },
  { name: 'blue-green', strategy: 'blue-green', router: REPLICAS },
  { name: 'blue-green behind istio', strategy: 'blue-green', router: ISTIO },
]
