/** What the adapter makes of an API server in trouble. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { kubernetesCluster } from '../../../src/adapters/kubernetes/kubernetes-cluster.ts'
import { services } from '../../../src/adapters/kubernetes/target.ts'
import type { ApiFault } from '../../../src/demo/cluster/http/api-faults.ts'
import type { LoggedRequest } from '../../../src/demo/cluster/http/api-server.ts'
import { kubeconfigFor } from '../../../src/demo/cluster/kubeconfig.ts'
import type { Pin } from '../../../src/playbook/deployment.ts'
import { type Bench, type BenchOptions, benchOn } from '../../contracts/cluster-bench.ts'
import { NEW_IMAGE, writer } from '../../contracts/cluster-fixtures.ts'
import { ISTIO_BY_SUBSET, istioTarget } from '../../contracts/router-fixtures.ts'
import { breakableLine } from './breakable-line.ts'
import { type SimulatedEnvironment, simulatedEnvironment } from './simulated-environment.ts'

const NEW = { image: NEW_IMAGE, version: 'v2.0' } as const
const HOME = { stable: 100, canary: 0, previous: 0 }
const signal = new AbortController().signal

let environment: SimulatedEnvironment
const benches: Bench[] = []

beforeAll(async () => {
  environment = await simulatedEnvironment()
})
afterEach(async () => {
  environment.simulation.setFault(undefined)
  await Promise.all(benches.splice(0).map((bench) => bench.close()))
})
afterAll(() => environment.close())

const open = async (options?: BenchOptions) => {
  const bench = await benchOn(environment, options)
  benches.push(bench)
  return bench
}

/** A canary beside the old version, with its share of the traffic. */
async function halfway(options?: BenchOptions): Promise<Bench & { readonly pin: Pin }> {
  const bench = await open(options)
  const { cluster, service } = bench
  const pin = await cluster.pin(service, writer(1))
  await bench.until(
    () => cluster.ensureSlot(service, { slot: 'canary', replicas: 1, ...NEW }, writer(2)),
    (state) => state.complete && state.pods.some((pod) => pod.ready),
  )
  await cluster.route(service, 50, writer(3))
  return { ...bench, pin }
}

function fault(answer: ApiFault['answer'], more: Partial<ApiFault> = {}): void {
  environment.simulation.setFault({ answer, ...more })
}

type Mark = LoggedRequest | undefined

/** Requests of everybody after the one that was the last. */
function requestsSince(mark: Mark): readonly LoggedRequest[] {
  const all = environment.simulation.requests()
  return all.slice(mark ? all.indexOf(mark) + 1 : 0)
}

describe('an API server in trouble', () => {
  it('is asked again at once after a conflict', async () => {
    const { cluster, service, pin } = await halfway({ router: ISTIO_BY_SUBSET })
    fault(409, { method: 'PUT', times: 3 })
    expect(await cluster.restore(service, pin, false, writer(4))).toEqual(HOME)
  })

  it('is given up on after many conflicts, as something that may be tried again later', async () => {
    const { cluster, service, pin } = await halfway({ router: ISTIO_BY_SUBSET })
    fault(409, { method: 'PUT' })
    const failure = cluster.restore(service, pin, false, writer(4))
    await expect(failure).rejects.toMatchObject({ kind: 'late', status: 409 })
  })

  it('sends the Service home although the route cannot be written', async () => {
    const { cluster, service, pin, admin, namespace } = await halfway({ router: ISTIO_BY_SUBSET })
    await admin.patch(services(namespace, 'api'), { spec: { selector: { 'tminus.dev/slot': 'canary' } } })
    fault(500, { method: 'PUT' })
    await expect(cluster.restore(service, pin, false, writer(4))).rejects.toMatchObject({ kind: 'late', status: 500 })
    const front = await admin.get(services(namespace, 'api'))
    expect(front).toMatchObject({ spec: { selector: { app: 'api' } } })
  })

  it('says how long it wants to be left alone', async () => {
    const { cluster, service, pin } = await halfway()
    fault(429, { method: 'PATCH', retryAfterSeconds: 7 })
    const failure = cluster.restore(service, pin, false, writer(4))
    await expect(failure).rejects.toMatchObject({ kind: 'late', status: 429, retryAfterMs: 7_000 })
  })

  it.each([500, 503, 504] as const)('is late, not refusing, when it answers %d', async (status) => {
    const { cluster, service } = await open()
    fault(status)
    await expect(cluster.look(service, signal)).rejects.toMatchObject({ kind: 'late', status })
    await expect(cluster.inspect(service, 'v2.0', signal)).rejects.toMatchObject({ kind: 'late', status })
    await expect(cluster.dryRun(service, NEW_IMAGE, signal)).rejects.toMatchObject({ kind: 'late', status })
  })

  it('names the missing verb when it forbids', async () => {
    const { cluster, service, namespace } = await open()
    fault(403, { method: 'PATCH', path: /deployments/ })
    const failure = cluster.pin(service, writer(1))
    await expect(failure).rejects.toMatchObject({ kind: 'refused', status: 403 })
    await expect(failure).rejects.toThrow(`deployments.apps "api" in namespace ${namespace}`)
    await expect(failure).rejects.toThrow('lacks the RBAC verb "patch" on "deployments" of apps')
  })

  it('is not waited for longer than the limit', async () => {
    const bench = await open({ requestTimeoutMs: 5_000 })
    const hasty = await benchOn(environment, { requestTimeoutMs: 400 })
    benches.push(hasty)
    fault('hang', { method: 'GET', path: /deployments/ })
    const failure = hasty.cluster.look(bench.service, signal)
    await expect(failure).rejects.toMatchObject({ kind: 'late', status: null })
    await expect(failure).rejects.toThrow('no answer from the API server within 400 ms')
  })

  it('is left at once when the step is interrupted', async () => {
    const { cluster, service } = await open()
    fault('hang')
    const interrupt = new AbortController()
    const waiting = cluster.pin(service, writer(1, 42, interrupt.signal))
    interrupt.abort()
    await expect(waiting).rejects.toThrow('stopped before the API server answered')
  })

  it('may lose a connection once without anybody noticing', async () => {
    const { cluster, service, pin } = await halfway({ router: ISTIO_BY_SUBSET })
    fault('disconnect', { method: 'PUT', times: 1 })
    expect(await cluster.restore(service, pin, false, writer(4))).toEqual(HOME)
  })

  it('is asked for the nodes and the pods of the whole cluster only by who wants to know what room there is', async () => {
    const { cluster, service } = await open()
    const everywhere = (mark: Mark) =>
      requestsSince(mark)
        .map((request) => request.path.replace(/\?.*/, ''))
        .filter((path) => !path.includes('/namespaces/'))
        .sort()
    const mark = environment.simulation.requests().at(-1)
    await cluster.inspect(service, 'v2.0', signal)
    expect(everywhere(mark).filter((path) => /nodes|pods/.test(path))).toEqual([])
    const later = environment.simulation.requests().at(-1)
    await cluster.capacity(service, signal)
    expect(everywhere(later)).toEqual(['/api/v1/nodes', '/api/v1/pods', '/apis/metrics.k8s.io/v1beta1/nodes'])
  })

  it('hides one part of what the nodes have without hiding the other', async () => {
    const { cluster, service } = await open()
    fault(403, { path: /^\/api\/v1\/pods/ })
    const seen = await cluster.capacity(service, signal)
    expect(seen.unread).toEqual([{ part: 'headroom', why: expect.stringContaining('"list" on "pods"') }])
  })

  it('hides one part of an inspection without hiding the others', async () => {
    const { cluster, service } = await open()
    fault(403, { path: /horizontalpodautoscalers/ })
    const seen = await cluster.inspect(service, 'v2.0', signal)
    expect(seen.workload?.replicas).toBe(3)
    expect(seen.hpa).toBeNull()
    expect(seen.unread).toEqual([{ part: 'HPA', why: expect.stringContaining('"list" on "horizontalpodautoscalers"') }])
  })
})

describe('the way back', () => {
  /** Requests by the adapter since a mark, without those of the tests' administrator. */
  const since = (mark: Mark) =>
    requestsSince(mark).map(
      (request) => `${request.method} ${request.path.replace(/\?.*/, '').replace(/.*namespaces\/[^/]+\//, '')}`,
    )

  it('takes one round trip to the weights when nobody else wrote the route', async () => {
    const { cluster, service, pin } = await halfway({ router: ISTIO_BY_SUBSET })
    const mark = environment.simulation.requests().at(-1)
    await cluster.restore(service, pin, false, writer(4))
    const made = since(mark).filter((line) => line.includes('virtualservices'))
    expect(made).toEqual(['PUT virtualservices/api'])
  })

  it('takes one also in a worker that has just started, once its watch runs', async () => {
    const { service, pin, until } = await halfway({ router: ISTIO_BY_SUBSET })
    const fresh = kubernetesCluster({ kubeconfigPath: environment.kubeconfigPath, clock: environment.clock })
    const stop = fresh.watch(service, () => undefined)
    // A look that asks the server nothing is one from the watch.
    await until(
      async () => {
        const before = environment.simulation.requests().at(-1)
        await fresh.look(service, signal)
        return since(before)
      },
      (made) => made.length === 0,
    )
    const mark = environment.simulation.requests().at(-1)
    expect(await fresh.restore(service, pin, false, writer(4))).toEqual(HOME)
    expect(since(mark).filter((line) => line.includes('virtualservices'))).toEqual(['PUT virtualservices/api'])
    stop()
    await fresh.close()
  })

  it('takes three when somebody did', async () => {
    const { cluster, service, pin, admin, namespace } = await halfway({ router: ISTIO_BY_SUBSET })
    await admin.patch(istioTarget('virtualservices', namespace), { metadata: { labels: { touched: 'yes' } } })
    const mark = environment.simulation.requests().at(-1)
    expect(await cluster.restore(service, pin, false, writer(4))).toEqual(HOME)
    const made = since(mark).filter((line) => line.includes('virtualservices'))
    expect(made).toEqual(['PUT virtualservices/api', 'GET virtualservices/api', 'PUT virtualservices/api'])
    expect(await admin.get(istioTarget('virtualservices', namespace))).toMatchObject({
      metadata: { labels: { touched: 'yes', team: 'checkout' } },
    })
  })

  it('selects the old pods again before the new ones go', async () => {
    const bench = await halfway()
    const { cluster, service, pin } = bench
    await bench.until(
      () => cluster.route(service, 100, writer(3)),
      (shares) => shares?.canary === 100,
    )
    const mark = environment.simulation.requests().at(-1)
    await cluster.restore(service, pin, false, writer(4))
    const writes = since(mark).filter((line) => /^PATCH (services.api|deployments.api-canary)$/.test(line))
    expect(writes).toEqual(['PATCH services/api', 'PATCH deployments/api-canary'])
  })
})

describe('a watch', () => {
  it('goes on after its connections were cut, and after the server forgot what it had seen', async () => {
    const line = await breakableLine(environment.simulation.url)
    const kubeconfigPath = join(environment.folder, 'through-the-line')
    await writeFile(kubeconfigPath, kubeconfigFor(line.url, 'default'))
    const bench = await open({ kubeconfigPath })
    const { cluster, service, admin, namespace } = bench
    let calls = 0
    const stop = cluster.watch(service, () => {
      calls++
    })
    await bench.until(
      async () => calls,
      (count) => count > 0,
    )
    for (const forgets of [false, true]) {
      line.block(true)
      line.cut()
      await admin.patch({ ...podTarget(namespace), name: 'api' }, { spec: { replicas: forgets ? 2 : 4 } })
      await bench.until(
        async () => environment.simulation.pods(namespace),
        (pods) => pods.length === (forgets ? 2 : 4),
      )
      if (forgets) environment.simulation.compact()
      const before = calls
      line.block(false)
      await bench.until(
        async () => calls,
        (count) => count > before,
      )
      await bench.until(
        () => cluster.look(service, signal),
        (seen) => seen.slots.stable.pods.length === (forgets ? 2 : 4),
      )
    }
    stop()
    await cluster.close()
    await line.close()
  })

  it('calls whoever relies on it when it is lost, though nothing has changed', async () => {
    const line = await breakableLine(environment.simulation.url)
    const kubeconfigPath = join(environment.folder, 'lost-line')
    await writeFile(kubeconfigPath, kubeconfigFor(line.url, 'default'))
    const bench = await open({ kubeconfigPath })
    const { cluster, service } = bench
    let calls = 0
    const stop = cluster.watch(service, () => {
      calls++
    })
    await bench.until(
      () => cluster.look(service, signal),
      (seen) => seen.watched,
    )
    await nextTurn()
    const before = calls
    line.block(true)
    line.cut()
    await bench.until(
      async () => calls,
      (count) => count > before,
    )
    stop()
    await cluster.close()
    await line.close()
  })

  it('is shared by the services of a namespace, and ends with the last of them', async () => {
    const bench = await open()
    const { cluster, service, namespace } = bench
    const mark = environment.simulation.requests().at(-1)
    const isWatch = (path: string) => path.includes('watch=true') && path.includes(namespace)
    const watches = () => requestsSince(mark).filter((request) => isWatch(request.path)).length
    const stops = [service, { ...service, workload: 'other', serviceName: 'other' }].map((one) =>
      cluster.watch(one, () => undefined),
    )
    await bench.until(
      async () => watches(),
      (count) => count === 6,
    )
    for (const stop of stops) stop()
    stops[0]?.()
    expect(watches()).toBe(6)
  })
})

function podTarget(namespace: string) {
  return { group: 'apps', version: 'v1', resource: 'deployments', namespace, name: null }
}
