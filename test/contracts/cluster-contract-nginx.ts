/** The contract of the Cluster port: the canary Ingress of ingress-nginx, ours for the run or the team's own. */
import { expect, it } from 'vitest'
import { objectAt, textMapAt } from '../../src/adapters/kubernetes/json.ts'
import type { BenchOptions } from './cluster-bench.ts'
import { deployCanary, finish, type Open, signal } from './cluster-contract-steps.ts'
import { writer } from './cluster-fixtures.ts'
import { ingresses, NGINX, teamsCanaryIngress } from './router-fixtures.ts'

const WEIGHT = 'nginx.ingress.kubernetes.io/canary-weight'
const ALL_STABLE = { stable: 100, canary: 0, previous: 0 }

const withTeams = (annotations: Readonly<Record<string, string>>): BenchOptions => ({
  router: NGINX,
  beside: (space) => [[ingresses(space, 'api-canary'), teamsCanaryIngress(space, annotations)]],
})

export function describeNginx(open: Open): void {
  it('makes the canary Ingress from the stable one, and takes it away again', async () => {
    const bench = await open({ router: NGINX })
    const { cluster, service, admin, namespace } = bench
    const made = ingresses(namespace, 'api-canary')
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    expect(await cluster.route(service, 0, writer(3))).toEqual(ALL_STABLE)
    expect(await admin.get(made)).toBeNull()
    await cluster.route(service, 5, writer(3))
    const object = await admin.get(made)
    expect(textMapAt(object, 'metadata', 'annotations')).toEqual({
      'nginx.ingress.kubernetes.io/canary': 'true',
      [WEIGHT]: '5',
      'nginx.ingress.kubernetes.io/load-balance': 'ewma',
      'tminus.dev/deployment': 'api-42',
      'tminus.dev/revision': '42.3',
    })
    const backend = { service: { name: 'api-next', port: { number: 80 } } }
    expect(objectAt(object, 'spec')).toEqual({
      ingressClassName: 'nginx',
      rules: [{ host: 'api.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    })
    await cluster.restore(service, pin, false, writer(4))
    expect(textMapAt(await admin.get(made), 'metadata', 'annotations')[WEIGHT]).toBe('0')
    await bench.until(() => cluster.tidy(service, pin, writer(5)), Boolean)
    expect(await admin.get(made)).toBeNull()
  })

  for (const [what, annotations] of [
    ['a weight', { [WEIGHT]: '0', 'nginx.ingress.kubernetes.io/canary-by-header': 'x-canary' }],
    ['no weight', { 'nginx.ingress.kubernetes.io/canary-by-header': 'x-canary' }],
    ['a scale of its own', { [WEIGHT]: '0', 'nginx.ingress.kubernetes.io/canary-weight-total': '1000' }],
  ] as const) {
    it(`uses the canary Ingress of the team, and leaves it as it was (${what})`, async () => {
      const bench = await open(withTeams(annotations))
      const { cluster, service, admin, namespace } = bench
      const before = JSON.stringify(await bench.traces())
      expect((await cluster.inspect(service, 'v2.0', signal)).routerFaults).toEqual([])
      let pin = await cluster.pin(service, writer(1))
      await deployCanary(bench, 3, 2)
      expect(await cluster.route(service, 25, writer(3))).toEqual({ stable: 75, canary: 25, previous: 0 })
      expect(await cluster.restore(service, pin, false, writer(4))).toEqual(ALL_STABLE)
      await bench.until(() => cluster.tidy(service, pin, writer(5)), Boolean)
      expect(JSON.stringify(await bench.traces())).toBe(before)
      pin = await cluster.pin(service, writer(6))
      await deployCanary(bench, 3, 7)
      await cluster.route(service, 100, writer(8))
      await finish(bench, pin, 9)
      await cluster.forget(service, writer(13))
      const after = await admin.get(ingresses(namespace, 'api-canary'))
      const teams = teamsCanaryIngress(namespace, annotations)
      expect(textMapAt(after, 'metadata', 'annotations')).toEqual(teams.metadata.annotations)
      expect(objectAt(after, 'spec')).toEqual(teams.spec)
    })
  }

  it('does not bring a canary Ingress to life again after a newer way back', async () => {
    const bench = await open({ router: NGINX })
    const { cluster, service, admin, namespace } = bench
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    expect(await cluster.restore(service, pin, false, writer(20))).toEqual(ALL_STABLE)
    await expect(cluster.route(service, 50, writer(19))).rejects.toMatchObject({ kind: 'fenced' })
    expect(await admin.get(ingresses(namespace, 'api-canary'))).toBeNull()
  })

  it('says what is wrong before anything is deployed', async () => {
    const bench = await open(withTeams({ [WEIGHT]: '10' }))
    const { cluster, service, admin, namespace } = bench
    const faults = async (changed = service) => (await cluster.inspect(changed, 'v2.0', signal)).routerFaults
    expect(await faults()).toEqual(['Ingress "api-canary" already gives 10 % to api-next.'])
    const annotations = { 'nginx.ingress.kubernetes.io/canary': null, [WEIGHT]: null }
    await admin.patch(ingresses(namespace, 'api-canary'), { metadata: { annotations } })
    expect(await faults()).toEqual([expect.stringContaining('is no canary')])
    const missing = { ...service, router: { ...NGINX, ingress: 'shop' } } as typeof service
    expect(await faults(missing)).toEqual([`There is no Ingress "shop" in namespace ${namespace}.`])
  })
}
