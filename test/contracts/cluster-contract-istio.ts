/** The contract of the Cluster port: traffic divided by the weights of a VirtualService. */
import { expect, it } from 'vitest'
import { listAt, objectAt, textAt, textMapAt } from '../../src/adapters/kubernetes/json.ts'
import { istioTarget } from './cluster-bench.ts'
import { deployCanary, finish, type Open, signal } from './cluster-contract-steps.ts'
import { ISTIO_BY_HOST, ISTIO_BY_SUBSET, virtualServiceObject, writer } from './cluster-fixtures.ts'

export function describeIstio(open: Open): void {
  for (const router of [ISTIO_BY_HOST, ISTIO_BY_SUBSET]) {
    const by = router.kind === 'istio' ? router.by : 'host'
    it(`moves the two weights by ${by} and leaves all else of the route as it was`, async () => {
      const bench = await open({ router })
      const { cluster, service, admin, namespace } = bench
      const before = await bench.traces()
      const untouched = await admin.get(istioTarget('virtualservices', namespace))
      const pin = await cluster.pin(service, writer(1))
      expect(pin.weights).toEqual([100, 0])
      await deployCanary(bench, 1, 2)
      expect(await cluster.route(service, 5, writer(3))).toEqual({ stable: 95, canary: 5, previous: 0 })
      const golden = JSON.stringify(virtualServiceObject(namespace, by).spec)
        .replace('"weight":100,"headers"', '"weight":95,"headers"')
        .replace('"weight":0', '"weight":5')
      const routed = await admin.get(istioTarget('virtualservices', namespace))
      expect(objectAt(routed, 'spec')).toEqual(JSON.parse(golden))
      expect(textMapAt(routed, 'metadata', 'labels')).toEqual(textMapAt(untouched, 'metadata', 'labels'))

      expect(await cluster.route(service, 0, writer(4))).toEqual({ stable: 100, canary: 0, previous: 0 })
      expect(await cluster.route(service, 100, writer(4))).toEqual({ stable: 0, canary: 100, previous: 0 })
      expect(await cluster.restore(service, pin, false, writer(5))).toEqual({ stable: 100, canary: 0, previous: 0 })
      await bench.until(() => cluster.tidy(service, pin, writer(6)), Boolean)
      expect(await bench.traces()).toEqual(before)
    })

    it(`promotes, settles and goes back through the kept version by ${by}`, async () => {
      const bench = await open({ router })
      const { cluster, service } = bench
      const before = await bench.traces()
      const pin = await cluster.pin(service, writer(1))
      await deployCanary(bench, 3, 2)
      await cluster.route(service, 100, writer(3))
      await finish(bench, pin, 4)
      expect((await cluster.look(service, signal)).shares).toEqual({ stable: 100, canary: 0, previous: 0 })
      expect(await cluster.restore(service, pin, true, writer(8))).toEqual({ stable: 0, canary: 0, previous: 100 })
      await bench.until(() => cluster.tidy(service, pin, writer(9)), Boolean)
      expect(await bench.traces()).toEqual(before)
    })
  }

  it('names what is wrong with a route before anything is deployed', async () => {
    const bench = await open({ router: ISTIO_BY_SUBSET })
    const { cluster, service, admin, namespace } = bench
    expect((await cluster.inspect(service, 'v2.0', signal)).routerFaults).toEqual([])
    const target = istioTarget('virtualservices', namespace)
    const current = await admin.get(target)
    const http = listAt(current, 'spec', 'http').map((route) =>
      textAt(route, 'name') === 'primary'
        ? { ...objectAt(route), route: [...listAt(route, 'route'), { destination: { host: 'third' }, weight: 0 }] }
        : route,
    )
    await admin.patch(target, { spec: { http } })
    const { routerFaults } = await cluster.inspect(service, 'v2.0', signal)
    expect(routerFaults).toEqual([expect.stringContaining('3 destinations')])
  })

  it('restores a route that gained a third destination meanwhile', async () => {
    const bench = await open({ router: ISTIO_BY_SUBSET })
    const { cluster, service, admin, namespace } = bench
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    await cluster.route(service, 50, writer(3))
    const target = istioTarget('virtualservices', namespace)
    const current = await admin.get(target)
    const http = listAt(current, 'spec', 'http').map((route) =>
      textAt(route, 'name') === 'primary'
        ? { ...objectAt(route), route: [...listAt(route, 'route'), { destination: { host: 'third' }, weight: 0 }] }
        : route,
    )
    await admin.patch(target, { spec: { http } })
    const shares = await cluster.restore(service, pin, false, writer(4))
    expect(shares).toEqual({ stable: 100, canary: 0, previous: 0 })
  })
}
