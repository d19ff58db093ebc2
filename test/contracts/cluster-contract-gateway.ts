/** The contract of the Cluster port: an HTTPRoute is waited for on the way forward, and never on the way back. */
import { expect, it } from 'vitest'
import { numberAt } from '../../src/adapters/kubernetes/json.ts'
import { statusOf } from '../control-plane/gateway.ts'
import type { Bench } from './cluster-bench.ts'
import { deployCanary, NEW, type Open, signal } from './cluster-contract-steps.ts'
import { writer } from './cluster-fixtures.ts'
import { GATEWAY_API, httpRouteObject, httpRoutes } from './router-fixtures.ts'

/** In a mesh the parent is a Service; nobody but the test speaks for this one. */
const PARENT = { group: '', kind: 'Service', name: 'nobody' }

async function openSilent(open: Open): Promise<Bench> {
  const bench = await open({ router: GATEWAY_API, shares: 'unknown' })
  const { parentRefs } = httpRouteObject(bench.namespace, [PARENT]).spec
  await bench.admin.patch(httpRoutes(bench.namespace), { spec: { parentRefs }, status: null })
  await answer(bench, () => ({ parents: [] }))
  return bench
}

async function generationOf({ admin, namespace }: Bench): Promise<number> {
  return numberAt(await admin.get(httpRoutes(namespace)), 'metadata', 'generation') ?? 0
}

async function answer(bench: Bench, statusAt = (generation: number) => statusOf([PARENT], generation)): Promise<void> {
  const target = { ...httpRoutes(bench.namespace), subresource: 'status' }
  await bench.admin.patch(target, { status: statusAt(await generationOf(bench)) })
}

export function describeGateway(open: Open): void {
  it('says that nobody follows the route before anything is deployed', async () => {
    const bench = await openSilent(open)
    const { cluster, service } = bench
    const silent = await cluster.inspect(service, 'v2.0', signal)
    expect(silent.routerFaults).toEqual([])
    expect(silent.routerPending).toBe('HTTPRoute "api" at Service "nobody": no controller has answered yet.')
    await answer(bench)
    expect((await cluster.inspect(service, 'v2.0', signal)).routerPending).toBeUndefined()
  })

  it('does not call a share given before the Gateway has taken it', async () => {
    const bench = await openSilent(open)
    const { cluster, service } = bench
    await answer(bench)
    const generation = await generationOf(bench)
    await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    expect(await cluster.route(service, 5, writer(3))).toBeNull()
    expect(await cluster.look(service, signal)).toMatchObject({
      shares: null,
      sharesUnknown: `HTTPRoute "api" at Service "nobody": generation ${generation + 1} is not taken yet (${generation} is)`,
    })
    await answer(bench)
    expect((await cluster.look(service, signal)).shares).toEqual({ stable: 95, canary: 5, previous: 0 })
    expect(await cluster.route(service, 5, writer(4))).toEqual({ stable: 95, canary: 5, previous: 0 })
  })

  it('goes back without waiting for the Gateway', async () => {
    const bench = await openSilent(open)
    const { cluster, service } = bench
    await answer(bench)
    const before = await bench.traces()
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    await cluster.route(service, 25, writer(3))
    expect(await cluster.route(service, 0, writer(4))).toEqual({ stable: 100, canary: 0, previous: 0 })
    await cluster.route(service, 25, writer(5))
    expect(await cluster.restore(service, pin, false, writer(6))).toEqual({ stable: 100, canary: 0, previous: 0 })
    await bench.until(() => cluster.tidy(service, pin, writer(7)), Boolean)
    expect(await bench.traces()).toEqual(before)
  })

  it('takes the canary away after the end only when the Gateway has left it', async () => {
    const bench = await openSilent(open)
    const { cluster, service } = bench
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    await cluster.route(service, 100, writer(3))
    await bench.until(
      () => cluster.promote(service, NEW, writer(4)),
      (state) => state.complete,
    )
    for (let call = 0; call < 3; call++) expect(await cluster.settle(service, pin, writer(5))).toBe(false)
    expect((await cluster.look(service, signal)).slots.canary.exists).toBe(true)
    await answer(bench)
    await bench.until(() => cluster.settle(service, pin, writer(5)), Boolean)
    expect((await cluster.look(service, signal)).slots.canary.exists).toBe(false)
  })
}
