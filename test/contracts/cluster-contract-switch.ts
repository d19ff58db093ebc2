/** The contract of the Cluster port: everything moved by one switch of the Service's selector (blue-green). */
import { expect, it } from 'vitest'
import { listAt, objectAt, textAt, textMapAt } from '../../src/adapters/kubernetes/json.ts'
import { autoscalers, deployments, pods, services } from '../../src/adapters/kubernetes/target.ts'
import type { RouterSettings } from '../../src/playbook/service.ts'
import type { Bench } from './cluster-bench.ts'
import { deployCanary, finish, NEW, type Open, signal } from './cluster-contract-steps.ts'
import { autoscalerObject, NEW_IMAGE, OLD_IMAGE, serviceObject, writer } from './cluster-fixtures.ts'

const router: RouterSettings = { kind: 'switch' }
const IDLE = { 'tminus.dev/slot': 'canary', 'tminus.dev/workload': 'api' }
const withAutoscaler = {
  router,
  beside: (space: string) => [[autoscalers(space), autoscalerObject(space)]] as const,
}

async function selectorOf({ admin, namespace }: Bench) {
  return textMapAt(await admin.get(services(namespace, 'api')), 'spec', 'selector')
}

/** The idle colour whole, and all of the traffic on it. */
async function switchOver(bench: Bench): Promise<void> {
  const { cluster, service } = bench
  await deployCanary(bench, 3, 2)
  await cluster.route(service, 100, writer(3))
  await bench.until(
    () => cluster.look(service, signal),
    (seen) => seen.shares?.canary === 100,
  )
}

export function describeSwitch(open: Open): void {
  it('stands the idle colour up out of traffic, behind a preview Service with the same ports', async () => {
    const bench = await open({ router })
    const { cluster, service, admin, namespace } = bench
    await cluster.pin(service, writer(1))
    await deployCanary(bench, 3, 2)
    expect((await cluster.look(service, signal)).shares).toEqual({ stable: 100, canary: 0, previous: 0 })
    const preview = await admin.get(services(namespace, 'api-preview'))
    expect(textMapAt(preview, 'spec', 'selector')).toEqual(IDLE)
    expect(listAt(preview, 'spec', 'ports')).toMatchObject([{ name: 'http', port: 80, targetPort: 8080 }])
    const found = await admin.api.list(pods(namespace), { query: { labelSelector: 'tminus.dev/slot=canary' } })
    for (const pod of found.items) expect(textMapAt(pod, 'metadata', 'labels').app).toBeUndefined()
  })

  it('is whole only when all of its pods stand behind the preview', async () => {
    const bench = await open({ router })
    const { cluster, service } = bench
    await cluster.pin(service, writer(1))
    await deployCanary(bench, 3, 2)
    await bench.makeSick('canary', 'unready', 1)
    const want = { slot: 'canary', replicas: 3, ...NEW } as const
    await bench.until(
      () => cluster.ensureSlot(service, want, writer(3)),
      (state) => !state.complete && state.ready === 2,
    )
    await expect(cluster.route(service, 100, writer(4))).rejects.toMatchObject({ kind: 'late' })
    expect(await selectorOf(bench)).toEqual({ app: 'api' })
  })

  it('switches by one write, and back by one write, without a trace', async () => {
    const bench = await open(withAutoscaler)
    const { cluster, service, admin, namespace, writes } = bench
    const before = await bench.traces()
    const pin = await cluster.pin(service, writer(1))
    const hpa = await admin.get(autoscalers(namespace, 'api'))
    expect(objectAt(hpa, 'spec').minReplicas).toBe(3)
    await deployCanary(bench, 3, 2)
    writes.length = 0
    await cluster.route(service, 100, writer(3))
    expect(writes).toEqual([expect.stringContaining('patch services "api"')])
    expect(await selectorOf(bench)).toEqual(IDLE)
    await bench.until(
      () => cluster.look(service, signal),
      (seen) => seen.shares?.canary === 100,
    )

    writes.length = 0
    await bench.until(
      () => cluster.restore(service, pin, false, writer(4)),
      (shares) => shares?.stable === 100,
    )
    expect(writes.filter((what) => what.includes('services'))).toHaveLength(1)
    expect(await selectorOf(bench)).toEqual({ app: 'api' })
    // Requests in flight end on pods that are still there.
    expect((await cluster.look(service, signal)).slots.canary.wanted).toBe(3)

    await bench.until(() => cluster.tidy(service, pin, writer(5)), Boolean)
    expect(await bench.traces()).toEqual(before)
    expect(await admin.get(services(namespace, 'api-preview'))).toBeNull()
  })

  it('restores while one of three old pods is unready and all new ones crash', async () => {
    const bench = await open({ router })
    const { cluster, service } = bench
    const pin = await cluster.pin(service, writer(1))
    await switchOver(bench)
    await bench.makeSick('stable', 'unready', 1)
    await bench.makeSick('canary', 'crash-loop', 3)
    await bench.until(
      () => cluster.look(service, signal),
      ({ slots }) => slots.stable.pods.filter((pod) => pod.ready).length === 2 && slots.canary.ready === 0,
    )
    await bench.until(
      () => cluster.restore(service, pin, false, writer(4)),
      (shares) => shares?.stable === 100,
    )
    await bench.until(() => cluster.tidy(service, pin, writer(5)), Boolean)
  })

  it('takes everything away for a while and gives it back, and knows no half', async () => {
    const bench = await open({ router })
    const { cluster, service } = bench
    await cluster.pin(service, writer(1))
    await switchOver(bench)
    let revision = 4
    for (const percent of [0, 100, 0]) {
      const at = revision++
      await bench.until(
        () => cluster.route(service, percent, writer(at)),
        (shares) => shares?.canary === percent,
      )
    }
    expect((await cluster.look(service, signal)).slots.canary.wanted).toBe(3)
    await expect(cluster.route(service, 50, writer(9))).rejects.toMatchObject({ kind: 'refused' })
  })

  it('does not switch a selector that somebody else changed', async () => {
    const bench = await open({ router })
    const { cluster, service, admin, namespace } = bench
    await cluster.pin(service, writer(1))
    await deployCanary(bench, 3, 2)
    await admin.patch(services(namespace, 'api'), { spec: { selector: { track: 'stable' } } })
    await expect(cluster.route(service, 100, writer(3))).rejects.toThrow('somebody else changed it')
  })

  it('leaves a Service alone that has the name of the preview and is not ours', async () => {
    const bench = await open({
      router,
      beside: (space) => [[services(space), serviceObject(space, 'api-preview', { app: 'other' })]],
    })
    const { cluster, service, admin, namespace } = bench
    expect((await cluster.inspect(service, 'v2.0', signal)).routerFaults).toEqual([
      expect.stringContaining('Service api-preview exists'),
    ])
    const pin = await cluster.pin(service, writer(1))
    const want = { slot: 'canary', replicas: 3, ...NEW } as const
    await expect(cluster.ensureSlot(service, want, writer(2))).rejects.toMatchObject({ kind: 'refused' })
    await bench.until(() => cluster.tidy(service, pin, writer(3)), Boolean)
    const theirs = await admin.get(services(namespace, 'api-preview'))
    expect(textMapAt(theirs, 'spec', 'selector')).toEqual({ app: 'other' })
  })

  it('objects to nothing beforehand, and names a preview that an earlier run left', async () => {
    const bench = await open({ router })
    const { cluster, service } = bench
    expect(await cluster.dryRun(service, NEW_IMAGE, signal)).toEqual([])
    const before = await cluster.inspect(service, 'v2.0', signal)
    expect(before).toMatchObject({ leftovers: [], routerFaults: [], service: { selectsCanary: false } })
    await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    expect((await cluster.inspect(service, 'v2.0', signal)).leftovers).toEqual(['api-canary', 'service/api-preview'])
  })

  it('promotes, keeps, settles and forgets; then only the image and the version label differ', async () => {
    const bench = await open(withAutoscaler)
    const { cluster, service, admin, namespace } = bench
    const before = JSON.stringify(await bench.traces())
    const pin = await cluster.pin(service, writer(1))
    await switchOver(bench)
    await finish(bench, pin, 4)
    expect(await admin.get(services(namespace, 'api-preview'))).toBeNull()
    const kept = await cluster.look(service, signal)
    expect(kept.slots.previous).toMatchObject({ wanted: 3, image: OLD_IMAGE })
    expect(kept.slots.canary.exists).toBe(false)
    expect(kept.shares).toEqual({ stable: 100, canary: 0, previous: 0 })
    expect(await cluster.forget(service, writer(9))).toBe(true)
    const workload = await admin.get(deployments(namespace, 'api'))
    expect(textAt(workload, 'metadata', 'annotations', 'tminus.dev/last-deployment')).toBe('api-42')
    const after = JSON.stringify(await bench.traces())
      .replace(',"tminus.dev/last-deployment":"api-42"', '')
      .replace(NEW_IMAGE, OLD_IMAGE)
      .replace('"version":"v2.0"', '"version":"v1.0"')
    expect(after).toBe(before)
  })

  it('goes back through the kept version after the promotion', async () => {
    const bench = await open(withAutoscaler)
    const { cluster, service } = bench
    const before = await bench.traces()
    const pin = await cluster.pin(service, writer(1))
    await switchOver(bench)
    await finish(bench, pin, 4)
    await bench.until(
      () => cluster.restore(service, pin, true, writer(8)),
      (shares) => shares?.previous === 100,
    )
    await bench.until(() => cluster.tidy(service, pin, writer(9)), Boolean)
    expect(await bench.traces()).toEqual(before)
  })

  it('stops a worker that a newer decision has overtaken', async () => {
    const bench = await open({ router })
    const { cluster, service, writes } = bench
    const pin = await cluster.pin(service, writer(1))
    await switchOver(bench)
    await cluster.restore(service, pin, false, writer(20))
    const written = writes.length
    const stale = writer(19)
    await expect(cluster.route(service, 100, stale)).rejects.toMatchObject({ kind: 'fenced' })
    await expect(cluster.ensureSlot(service, { slot: 'canary', replicas: 3, ...NEW }, stale)).rejects.toMatchObject({
      kind: 'fenced',
    })
    expect(writes).toHaveLength(written)
  })
}
