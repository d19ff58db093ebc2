/** The contract of the Cluster port: traffic divided by weights that stand in one object, whichever the router. */
import { expect, it } from 'vitest'
import { type JsonObject, listAt, objectAt, textAt, textMapAt } from '../../src/adapters/kubernetes/json.ts'
import { services } from '../../src/adapters/kubernetes/target.ts'
import type { RouterSettings } from '../../src/playbook/service.ts'
import type { Admin } from './cluster-bench.ts'
import { deployCanary, finish, type Open, signal } from './cluster-contract-steps.ts'
import { NEW_IMAGE, OLD_IMAGE, writer } from './cluster-fixtures.ts'
import { GATEWAY_API, ISTIO_BY_HOST, ISTIO_BY_SUBSET, istioTarget, NGINX, routeTarget } from './router-fixtures.ts'

/** The router, what the pin says of its weights, and the weights in its object before and at 5 % (the stable Ingress has none). */
const ROUTERS: readonly (readonly [string, RouterSettings, unknown, string, string])[] = [
  ['istio by host', ISTIO_BY_HOST, [100, 0], '100 100 0', '100 95 5'],
  ['istio by subset', ISTIO_BY_SUBSET, [100, 0], '100 100 0', '100 95 5'],
  ['gateway-api', GATEWAY_API, [1, 0], '1 1 0', '1 95 5'],
  ['nginx', NGINX, null, '', ''],
]

/** The spec as text, its weights apart. */
function taken(object: JsonObject | null): { readonly weights: string; readonly rest: string } {
  const text = JSON.stringify(objectAt(object, 'spec'))
  const found = [...text.matchAll(/"weight":(\d+)/g)]
  return { weights: found.map(([, weight]) => weight).join(' '), rest: text.replaceAll(/"weight":\d+/g, '') }
}

/** Every byte that is somebody else's: of the route, and of both Services. */
async function foreignBytes(admin: Admin, namespace: string, router: RouterSettings): Promise<string> {
  const targets = [routeTarget(namespace, router), services(namespace, 'api'), services(namespace, 'api-next')]
  const objects = await Promise.all(targets.flatMap((target) => (target ? [admin.get(target)] : [])))
  return JSON.stringify(
    objects.map((object) => [
      objectAt(object, 'spec'),
      textMapAt(object, 'metadata', 'labels'),
      textMapAt(object, 'metadata', 'annotations'),
    ]),
  )
}

export function describeWeights(open: Open): void {
  for (const [name, router, weights, atFirst, atFive] of ROUTERS) {
    it(`moves the two weights and leaves all else of the route as it was (${name})`, async () => {
      const bench = await open({ router })
      const { cluster, service, admin, namespace } = bench
      const target = routeTarget(namespace, router)
      if (!target) throw new Error('a route to look at')
      const before = await bench.traces()
      const untouched = await admin.get(target)
      const pin = await cluster.pin(service, writer(1))
      expect(pin.weights).toEqual(weights)
      await deployCanary(bench, 1, 2)
      const given = await bench.until(() => cluster.route(service, 5, writer(3)), Boolean)
      expect(given).toEqual({ stable: 95, canary: 5, previous: 0 })
      const routed = await admin.get(target)
      expect(taken(untouched).weights).toBe(atFirst)
      expect(taken(routed)).toEqual({ weights: atFive, rest: taken(untouched).rest })
      expect(textMapAt(routed, 'metadata', 'labels')).toEqual(textMapAt(untouched, 'metadata', 'labels'))

      expect(await cluster.route(service, 0, writer(4))).toEqual({ stable: 100, canary: 0, previous: 0 })
      const all = await bench.until(() => cluster.route(service, 100, writer(4)), Boolean)
      expect(all).toEqual({ stable: 0, canary: 100, previous: 0 })
      expect(await cluster.restore(service, pin, false, writer(5))).toEqual({ stable: 100, canary: 0, previous: 0 })
      await bench.until(() => cluster.tidy(service, pin, writer(6)), Boolean)
      expect(await bench.traces()).toEqual(before)
    })

    it(`promotes, settles and goes back through the kept version (${name})`, async () => {
      const bench = await open({ router })
      const { cluster, service } = bench
      const before = await bench.traces()
      const pin = await cluster.pin(service, writer(1))
      await deployCanary(bench, 3, 2)
      await bench.until(() => cluster.route(service, 100, writer(3)), Boolean)
      await finish(bench, pin, 4)
      expect((await cluster.look(service, signal)).shares).toEqual({ stable: 100, canary: 0, previous: 0 })
      expect(await cluster.restore(service, pin, true, writer(8))).toEqual({ stable: 0, canary: 0, previous: 100 })
      await bench.until(() => cluster.tidy(service, pin, writer(9)), Boolean)
      expect(await bench.traces()).toEqual(before)
    })

    it(`leaves every foreign byte as it was after a whole run, forward and back (${name})`, async () => {
      const bench = await open({ router })
      const { cluster, service, admin, namespace } = bench
      const before = await foreignBytes(admin, namespace, router)
      const untouched = JSON.stringify(await bench.traces())
      let pin = await cluster.pin(service, writer(1))
      await deployCanary(bench, 1, 2)
      await bench.until(() => cluster.route(service, 25, writer(3)), Boolean)
      await cluster.restore(service, pin, false, writer(4))
      await bench.until(() => cluster.tidy(service, pin, writer(5)), Boolean)
      expect(await foreignBytes(admin, namespace, router)).toBe(before)
      pin = await cluster.pin(service, writer(6))
      await deployCanary(bench, 3, 7)
      await bench.until(() => cluster.route(service, 100, writer(8)), Boolean)
      await finish(bench, pin, 9)
      expect(await cluster.forget(service, writer(13))).toBe(true)
      expect(await foreignBytes(admin, namespace, router)).toBe(before)
      const after = JSON.stringify(await bench.traces())
        .replace(',"tminus.dev/last-deployment":"api-42"', '')
        .replace(NEW_IMAGE, OLD_IMAGE)
        .replace('"version":"v2.0"', '"version":"v1.0"')
      expect(after).toBe(untouched)
    })

    it(`finds no fault with what is there, in a look and in a dry run (${name})`, async () => {
      const bench = await open({ router })
      const { cluster, service } = bench
      const before = await bench.traces()
      expect((await cluster.inspect(service, 'v2.0', signal)).routerFaults).toEqual([])
      expect(await cluster.dryRun(service, NEW_IMAGE, signal)).toEqual([])
      expect(await bench.traces()).toEqual(before)
    })

    it(`sees the route through the watch as through lists (${name})`, async () => {
      const bench = await open({ router })
      const { cluster, service } = bench
      const stop = cluster.watch(service, () => undefined)
      await cluster.pin(service, writer(1))
      await deployCanary(bench, 1, 2)
      await cluster.route(service, 5, writer(3))
      const seen = await bench.until(
        () => cluster.look(service, signal),
        (sighting) => sighting.shares?.canary === 5,
      )
      stop()
      expect({ ...(await cluster.look(service, signal)), at: 0 }).toEqual({ ...seen, at: 0, watched: false })
    })
  }

  it('names what is wrong with a route before anything is deployed', async () => {
    const bench = await open({ router: ISTIO_BY_SUBSET })
    const { cluster, service, admin, namespace } = bench
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
