/** The simulated world of catalogues with names of their own: what the cluster's pre-flight looks at is there, and in order. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { steppedClock } from '../../src/adapters/clocks.ts'
import { startWorld } from '../../src/demo/world.ts'
import type { RouterSettings, Service } from '../../src/playbook/service.ts'
import { sampleService } from '../contracts/sample-deployment.ts'

const START = Date.UTC(2026, 0, 15, 14)
const signal = AbortSignal.timeout(60_000)

const byHost: RouterSettings = {
  kind: 'istio',
  virtualService: 'shop-mesh',
  route: 'to-search',
  by: 'host',
  stable: 'search-old.shop.svc.cluster.local',
  canary: 'search-new',
}
const bySubset: RouterSettings = {
  kind: 'istio',
  virtualService: 'cart',
  by: 'subset',
  stable: 'settled',
  canary: 'fresh',
}

function service(name: string, changes: Partial<Service> = {}): Service {
  return { ...sampleService(name), ...changes }
}

const search = service('search', {
  workload: 'search-v2-app',
  serviceName: 'find',
  container: 'jvm',
  router: byHost,
  canaryLabels: { lane: 'new' },
})
const cart = service('cart', {
  workload: 'basket',
  serviceName: 'cart-http',
  router: bySubset,
  canaryLabels: { lane: 'new', build: '$version' },
})
const plain = service('plain', { workload: 'plain-web', serviceName: 'front', container: 'nginx' })

async function worldOf(...services: Service[]) {
  const folder = mkdtempSync(join(tmpdir(), 'tminus-world-'))
  const clock = steppedClock(START - 300_000)
  const world = await startWorld({
    clock,
    services,
    seed: 3,
    version: 'v1.9',
    kubeconfigDir: folder,
    letTimePass: async (ready) => {
      while (!ready()) clock.advanceTo(clock.nextDeadline() ?? START)
      clock.advanceTo(START)
    },
  })
  onTestFinished(async () => {
    await world.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return world
}

/** What a deployment of the service would find wrong before it begins. */
async function faultsOf(world: Awaited<ReturnType<typeof worldOf>>, of: Service) {
  const {
    workload,
    service: front,
    endpoints,
    routerFaults,
    leftovers,
    unread = [],
  } = await world.cluster.inspect(of, 'v2.0', signal)
  const isHost = of.router.kind === 'istio' && of.router.by === 'host'
  return [
    ...(workload ? [] : ['no workload']),
    ...(front?.selectsWorkload ? [] : ['the Service does not select the old pods']),
    ...(front?.selectsCanary === isHost ? ['the Service selects the new pods, or must and does not'] : []),
    ...(endpoints === 4 ? [] : [`${endpoints} endpoints`]),
    ...routerFaults,
    ...leftovers,
    ...unread.map(({ why }) => why),
  ]
}

describe('the world of a catalogue', () => {
  it.each([
    ['an istio host', search],
    ['an istio subset', cart],
    ['replicas', plain],
    ['no label of its own to be known by', service('a', { canaryLabels: { app: 'a-new' } })],
    [
      'the version as its only label',
      service('b', { router: { ...byHost, stable: 'b', canary: 'b-new' }, canaryLabels: { version: '$version' } }),
    ],
    [
      'the version as the label of its subsets',
      service('c', { router: bySubset, canaryLabels: { build: '$version' } }),
    ],
    ['new pods that are called stable', service('d', { router: bySubset, canaryLabels: { track: 'stable' } })],
    ['a namespace that every cluster has', service('e', { namespace: 'default' })],
    ['a context of its own', service('f', { context: 'arn:aws:eks:eu-central-1:1234:cluster/prod "blue"' })],
  ])('with %s is in order', async (_what, one) => {
    const world = await worldOf(one)
    expect(await faultsOf(world, one)).toEqual([])
    expect(world.simulation.trafficShares(one.namespace, one.serviceName)).toEqual({ 'v1.9': 1 })
  })

  it('holds several services in one namespace, and several namespaces', async () => {
    const others = [search, cart, plain].map((one) => ({ ...one, namespace: 'shop-eu', context: 'eu' }))
    const all = [search, cart, plain, service('plain-web-2', { workload: 'plain-web-2' }), ...others]
    const moved = all.map((one) =>
      one.router.kind === 'istio' && one.router.by === 'host'
        ? { ...one, router: { ...one.router, stable: 'search-old' } }
        : one,
    )
    const world = await worldOf(...moved)
    for (const one of moved) {
      expect(await faultsOf(world, one)).toEqual([])
      expect(world.pods(one)).toHaveLength(4)
      const numbers = world.store.snapshot(one)
      expect(numbers.map(({ version, share }) => [version, share])).toEqual([['v1.9', 1]])
      expect(numbers[0]?.cpu).not.toBeNull()
    }
  })

  it('lets services share a VirtualService, each with a route of its own', async () => {
    const other = service('other', {
      router: { ...byHost, route: 'to-other', stable: 'other', canary: 'other-new' },
      canaryLabels: { lane: 'new' },
    })
    const world = await worldOf(search, other)
    for (const one of [search, other]) {
      expect(await faultsOf(world, one)).toEqual([])
      expect(world.simulation.trafficShares('shop', one.serviceName)).toEqual({ 'v1.9': 1 })
    }
  })

  it('has one workload where two contexts name the same', async () => {
    const eu = service('api-eu', { context: 'eu', workload: 'api', serviceName: 'api' })
    const us = { ...eu, name: 'api-us', context: 'us' }
    const world = await worldOf(eu, us)
    expect(await faultsOf(world, eu)).toEqual([])
    expect(await faultsOf(world, us)).toEqual([])
  })

  it('has room for many services and for large steps', async () => {
    const steps = [
      { percent: 5, observeMs: 60_000, pods: 60, gate: 'auto' as const },
      { percent: 100, observeMs: 60_000, pods: null, gate: 'auto' as const },
    ]
    const many = Array.from({ length: 30 }, (_, i) => service(`s${i}`, { canary: { steps } }))
    const world = await worldOf(...many)
    const { headroom } = await world.cluster.capacity(service('s7'), signal)
    expect(headroom.pods).toBeGreaterThan(60)
    expect(headroom.cpu).toBeGreaterThan(60 * 0.25)
  })

  it('leaves out a Service whose name Kubernetes refuses, for the pre-flight to say', async () => {
    const odd = service('2fa')
    const world = await worldOf(odd)
    expect((await world.cluster.inspect(odd, 'v2.0', signal)).service).toBeNull()
  })

  it('says, as a real cluster would, that by host nothing tells the new pods apart when no label is set', async () => {
    const bare = { ...search, canaryLabels: {} }
    const world = await worldOf(bare)
    expect(await faultsOf(world, bare)).toContain('the Service selects the new pods, or must and does not')
  })
})
