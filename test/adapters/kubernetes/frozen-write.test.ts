/** A worker that was frozen in the middle of a write, and wakes when others have rolled back and tidied. */
import { Agent } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { credentialsOf } from '../../../src/adapters/kubernetes/credentials.ts'
import { kubernetesCluster } from '../../../src/adapters/kubernetes/kubernetes-cluster.ts'
import type { RouterSettings, Service } from '../../../src/playbook/service.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { type Bench, benchOn } from '../../contracts/cluster-bench.ts'
import { NEW_IMAGE, writer } from '../../contracts/cluster-fixtures.ts'
import { GATEWAY_API, ISTIO_BY_SUBSET } from '../../contracts/router-fixtures.ts'
import { type SimulatedEnvironment, simulatedEnvironment } from './simulated-environment.ts'

let environment: SimulatedEnvironment
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  environment = await simulatedEnvironment()
})
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})
afterAll(() => environment.close())

/** Where it sleeps: over its first write to such a path, or over the look before it. */
interface Place {
  readonly over: 'write' | 'look'
  readonly path: RegExp
}

/** A worker whose first such request stays where it is until it is woken. `asleep` resolves when it is. */
function freezing({ over, path }: Place): { readonly cluster: Cluster; readonly asleep: Promise<void>; wake(): void } {
  let fallAsleep = () => {}
  let wake = () => {}
  const asleep = new Promise<void>((resolve) => {
    fallAsleep = resolve
  })
  const woken = new Promise<void>((resolve) => {
    wake = resolve
  })
  let frozen = false
  const login: typeof credentialsOf = async (...place) => {
    const credentials = await credentialsOf(...place)
    const agent = new Agent()
    closing.push(() => agent.close())
    const dispatcher = agent.compose((dispatch) => (options, handler) => {
      const meant = (options.method === 'GET') === (over === 'look') && path.test(String(options.path))
      if (frozen || !meant) return dispatch(options, handler)
      frozen = true
      fallAsleep()
      void woken.then(() => dispatch(options, handler))
      return true
    })
    return { ...credentials, login: async () => ({ headers: {}, dispatcher }) }
  }
  const { kubeconfigPath, clock } = environment
  const cluster = kubernetesCluster({ kubeconfigPath, clock, login, requestTimeoutMs: 60_000 })
  closing.push(() => cluster.close())
  return { cluster, asleep, wake: () => wake() }
}

async function halfway(router: RouterSettings | undefined): Promise<Bench> {
  const bench = await benchOn(environment, router ? { router } : {})
  closing.push(() => bench.close())
  return bench
}

const half = (worker: Cluster, service: Service) => worker.route(service, 50, writer(3))

const cases: readonly [
  string,
  RouterSettings | undefined,
  Place,
  (worker: Cluster, service: Service) => Promise<unknown>,
][] = [
  ['a share of a VirtualService', ISTIO_BY_SUBSET, { over: 'write', path: /virtualservices/ }, half],
  [
    'a share of a VirtualService, before it looked',
    ISTIO_BY_SUBSET,
    { over: 'look', path: /virtualservices\/api/ },
    half,
  ],
  ['a share of an HTTPRoute', GATEWAY_API, { over: 'write', path: /httproutes/ }, half],
  ['a share of an HTTPRoute, before it looked', GATEWAY_API, { over: 'look', path: /httproutes\/api/ }, half],
  [
    'all of the traffic of a Service',
    undefined,
    { over: 'write', path: /services\/api/ },
    (w, service) => w.route(service, 100, writer(3)),
  ],
  [
    'a way back of its own',
    undefined,
    { over: 'write', path: /services\/api/ },
    async (w, service) => {
      const pinned = await w.pinned(service, new AbortController().signal)
      if (pinned) await w.restore(service, pinned.pin, true, writer(3))
    },
  ],
]

describe('a write that was frozen until after a rollback and its tidying', () => {
  it.each(cases)('is refused, and changes nothing: %s', async (_, router, place, write) => {
    const bench = await halfway(router)
    const { cluster, service } = bench
    const before = await bench.traces()
    const pin = await cluster.pin(service, writer(1))
    const want = { slot: 'canary', image: NEW_IMAGE, version: 'v2.0', replicas: 1 } as const
    await bench.until(
      () => cluster.ensureSlot(service, want, writer(2)),
      (state) => state.complete && state.pods.some((pod) => pod.ready),
    )
    const worker = freezing(place)
    const writing = write(worker.cluster, service)
    const refused = expect(writing).rejects.toMatchObject({ kind: 'fenced' })
    await worker.asleep
    await bench.until(
      () => cluster.restore(service, pin, false, writer(20)),
      (shares) => shares?.stable === 100,
    )
    await bench.until(() => cluster.tidy(service, pin, writer(21)), Boolean)
    worker.wake()
    await refused
    expect(await bench.traces()).toEqual(before)
  })
})
