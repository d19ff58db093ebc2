/** The contract of the Cluster port: looking on, without writing. */

import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/adapters/kubernetes/json.ts'
import { podSighting } from '../../src/adapters/kubernetes/pod-sighting.ts'
import { autoscalers, deployments, pods, services } from '../../src/adapters/kubernetes/target.ts'
import { ClusterError } from '../../src/ports/cluster.ts'
import { type Bench, podsOf } from './cluster-bench.ts'
import { deployCanary, type Open, signal } from './cluster-contract-steps.ts'
import { autoscalerObject, NEW_IMAGE, OLD_IMAGE, writer } from './cluster-fixtures.ts'
import { ISTIO_BY_HOST, ISTIO_BY_SUBSET, istioTarget } from './router-fixtures.ts'

export function describeLooking(open: Open): void {
  it('inspects the target: workload, Service, endpoints, HPA, quota, and the room on the nodes', async () => {
    const bench = await open({ beside: (space) => [[autoscalers(space), autoscalerObject(space)]] })
    const seen = await bench.until(
      () => bench.cluster.inspect(bench.service, 'v2.0', signal),
      (found) => found.endpoints === 3,
    )
    expect(seen.unread).toEqual([])
    expect(seen.workload).toMatchObject({
      replicas: 3,
      complete: true,
      stuck: null,
      image: OLD_IMAGE,
      containers: ['api', 'proxy'],
      hasReadinessProbe: true,
      hasPreStop: false,
      preStopSeconds: null,
      graceSeconds: 1,
    })
    expect(seen.workload?.cpuRequest).toBeCloseTo(0.15)
    expect(seen.workload?.memoryRequest).toBe(192 * 2 ** 20)
    expect(seen.workload?.pods).toHaveLength(3)
    expect(seen.service).toEqual({ selector: { app: 'api' }, selectsWorkload: true, selectsCanary: true })
    expect(seen.hpa).toEqual({ name: 'api', minReplicas: 2, maxReplicas: 5 })
    expect(seen.leftovers).toEqual([])
    expect(seen.routerFaults).toEqual([])
    const { headroom, unread } = await bench.cluster.capacity(bench.service, signal)
    expect(unread).toEqual([])
    expect(headroom.cpu).toBeGreaterThan(0)
  })

  it.each([
    ['rolling', { version: 'v1.0' }, ['promoted']],
    ['rolling', { track: 'stable' }, []],
    ['switch', { app: 'api', track: 'stable' }, ['new', 'kept']],
    ['switch', { track: 'stable' }, []],
  ] as const)(
    'says whom the old subset of a mesh would not find in the new pods (%s, %o)',
    async (kind, labels, missed) => {
      const mesh = ISTIO_BY_SUBSET
      if (mesh.kind !== 'istio') throw new Error('no mesh')
      const { cluster, service, admin, namespace } = await open({ router: mesh })
      const subsets = [
        { name: 'stable', labels },
        { name: 'canary', labels: { track: 'canary' } },
      ]
      await admin.patch(istioTarget('destinationrules', namespace), { spec: { subsets } })
      const frozen = { ...service, router: { kind, mesh }, canaryLabels: {} }
      const { routerFaults } = await cluster.inspect(frozen, 'v2.0', signal)
      expect(routerFaults).toEqual(
        missed.map((which) =>
          expect.stringMatching(`^Subset "stable" of .* does not select pods of the ${which} version`),
        ),
      )
    },
  )

  it('says when the subset of the old version would not find the pods that are kept of it', async () => {
    const { cluster, service, admin, namespace } = await open({ router: ISTIO_BY_SUBSET })
    expect((await cluster.inspect(service, 'v2.0', signal)).routerFaults).toEqual([])
    const subsets = [
      { name: 'stable', labels: { app: 'api', track: 'stable' } },
      { name: 'canary', labels: { track: 'canary' } },
    ]
    await admin.patch(istioTarget('destinationrules', namespace), { spec: { subsets } })
    const { routerFaults } = await cluster.inspect(service, 'v2.0', signal)
    expect(routerFaults).toEqual([expect.stringContaining('does not select pods of the kept version')])
  })

  it('says that there is no such workload', async () => {
    const { cluster, service } = await open()
    const missing = { ...service, workload: 'nobody', serviceName: 'nobody' }
    const seen = await cluster.inspect(missing, 'v2.0', signal)
    expect(seen.workload).toBeNull()
    expect(seen.service).toBeNull()
    await expect(cluster.pin(missing, writer(1))).rejects.toMatchObject({ kind: 'refused', status: 404 })
  })

  it('finds no fault with a canary in a dry run, and stores nothing', async () => {
    const { cluster, service, admin, namespace } = await open({ router: ISTIO_BY_SUBSET })
    expect(await cluster.dryRun(service, NEW_IMAGE, signal)).toEqual([])
    expect(await admin.get(deployments(namespace, 'api-canary'))).toBeNull()
    const objections = await cluster.dryRun({ ...service, canaryLabels: { 'not a key': 'x' } }, NEW_IMAGE, signal)
    expect(objections).toEqual([expect.stringContaining('not a key')])
  })

  it('counts pods by their owners, whatever their names and labels say', async () => {
    const bench = await open()
    const { cluster, service, admin, namespace } = bench
    await cluster.pin(service, writer(1))
    await deployCanary(bench, 2, 2)
    const raw = await podsOf(admin, namespace)
    expect(raw).toHaveLength(5)
    const seen = await cluster.look(service, signal)
    expect(seen.slots.stable.pods).toHaveLength(3)
    expect(seen.slots.canary.pods).toHaveLength(2)
    expect(seen.slots.stable.pods.every((pod) => pod.name.startsWith('api-') && pod.restarts === 0)).toBe(true)
  })

  it('calls back when pods change, and then sees the same from the watch as from lists', async () => {
    const bench = await open()
    const { cluster, service } = bench
    let calls = 0
    const stop = cluster.watch(service, () => {
      calls++
    })
    await bench.until(
      async () => calls,
      (count) => count > 0,
    )
    await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    const seen = await bench.until(
      () => cluster.look(service, signal),
      (sighting) => sighting.shares?.canary === 25,
    )
    expect(seen.slots.canary).toMatchObject({ wanted: 1, ready: 1, complete: true })
    stop()
    const before = calls
    const listed = await cluster.look(service, signal)
    expect([seen.watched, listed.watched]).toEqual([true, false])
    expect({ ...listed, at: 0, watched: true }).toEqual({ ...seen, at: 0 })
    expect(calls).toBe(before)
  })

  it('says what it may not do, and with which verb', async () => {
    const { cluster, service } = await open()
    const gone = { ...service, context: 'no-such-context' }
    const failure = await cluster.look(gone, signal).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ClusterError)
    expect(failure).toMatchObject({ kind: 'refused', message: expect.stringContaining('no-such-context') })
  })
}

/** The status of a pod as its node, or Kubernetes in its place, writes it; the pod as it is then, before anybody mends it. */
function writeStatus({ admin, namespace }: Bench, name: string, status: JsonObject): Promise<JsonObject> {
  return admin.patch({ ...pods(namespace, name), subresource: 'status' }, { status })
}

export function describeLosses(open: Open): void {
  it('tells pods that Kubernetes took away, or whose node went silent, from pods that crashed', async () => {
    const bench = await open()
    const { cluster, service } = bench
    const [silent, evicted, killed] = (await cluster.look(service, signal)).slots.stable.pods.map((pod) => pod.name)
    if (!silent || !evicted || !killed) throw new Error('three pods to lose')
    const ended = { name: 'api', ready: false, restartCount: 0, image: OLD_IMAGE, imageID: '', started: false }
    const containerStatuses = [{ ...ended, state: { terminated: { exitCode: 137, reason: 'Error' } } }]
    const alone = await writeStatus(bench, silent, {
      conditions: [
        { type: 'Ready', status: 'False' },
        { type: 'ContainersReady', status: 'True' },
      ],
    })
    expect(podSighting(alone)).toMatchObject({ ready: false, nodeLost: true, trouble: null, terminating: false })
    await writeStatus(bench, evicted, {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'low on memory',
      containerStatuses,
    })
    await writeStatus(bench, killed, { phase: 'Failed', reason: 'Error', containerStatuses })
    const seen = await cluster.look(service, signal)
    const byName = (name: string) => seen.slots.stable.pods.find((pod) => pod.name === name)
    expect(byName(evicted)).toMatchObject({ terminating: true, trouble: null })
    expect(byName(killed)).toMatchObject({ terminating: false, trouble: 'Error' })
  })

  it.each([
    ['by the Service of the new version', ISTIO_BY_HOST, 'api-next'],
    ['by the Service in front', { kind: 'replicas' } as const, 'api'],
  ])('tells whether ready pods are listed: %s', async (_, router, name) => {
    const bench = await open({ router })
    const { cluster, service, admin, namespace } = bench
    await cluster.pin(service, writer(1))
    await deployCanary(bench, 2, 2)
    const listed = async () => {
      const { slots } = await cluster.look(service, signal)
      return slots.canary.pods.filter((pod) => pod.ready).map((pod) => pod.routed)
    }
    const all = (wanted: boolean) => (found: readonly unknown[]) =>
      found.length === 2 && found.every((one) => one === wanted)
    await bench.until(listed, all(true))
    const stop = cluster.watch(service, () => undefined)
    await admin.patch(services(namespace, name), { spec: { selector: { app: 'elsewhere' } } })
    await bench.until(listed, all(false))
    await bench.until(
      async () => ({ watched: (await cluster.look(service, signal)).watched, listed: await listed() }),
      (seen) => seen.watched && all(false)(seen.listed),
    )
    stop()
  })
}
