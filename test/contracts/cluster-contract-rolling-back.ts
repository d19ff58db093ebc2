/** The contract of the Cluster port: the way back of a workload that was rolled in place, and what is refused. */
import { expect, it } from 'vitest'
import { deployments, services } from '../../src/adapters/kubernetes/target.ts'
import {
  goBack,
  leaveNoTrace,
  rollOver,
  rollTo,
  router,
  selectorOf,
  sizes,
  want,
  withAutoscaler,
} from './cluster-contract-rolling-steps.ts'
import { type Open, signal } from './cluster-contract-steps.ts'
import { NEW_IMAGE, shopApi, writer } from './cluster-fixtures.ts'

export function describeRollingBack(open: Open): void {
  it('goes back in the middle by one write of each, and leaves no trace', async () => {
    const bench = await open(withAutoscaler)
    const { cluster, service, writes } = bench
    const before = await bench.traces()
    const pin = await cluster.pin(service, writer(1))
    for (const pods of [1, 2]) await rollTo(bench, pods, 1 + pods)
    writes.length = 0
    await goBack(bench, pin, 8)
    expect(writes.filter((what) => what.includes('services'))).toHaveLength(1)
    expect(writes.filter((what) => what.includes('deployments'))).toHaveLength(1)
    expect(await selectorOf(bench)).toEqual({ app: 'api', 'pod-template-hash': pin.rollout?.hash })
    await leaveNoTrace(bench, pin, 9, before)
  })

  it('restores while an old pod is unready and all new ones crash', async () => {
    const bench = await open({ router })
    const { cluster, service } = bench
    const pin = await cluster.pin(service, writer(1))
    await rollTo(bench, 1, 2)
    await bench.makeSick('stable', 'unready', 1)
    await bench.makeSick('canary', 'crash-loop', 1)
    await bench.until(
      () => cluster.look(service, signal),
      ({ slots }) => slots.stable.ready === 2 && slots.canary.ready === 0,
    )
    await goBack(bench, pin, 8)
    // What is left of the new version goes, though an old pod is not well.
    await cluster.tidy(service, pin, writer(9))
    await bench.until(
      () => sizes(bench),
      (found) => found.new === 0 && found.old === 3,
    )
  })

  it('goes back from the last batch, with one old pod left, and has all the others started at once', async () => {
    const bench = await open({ router })
    const { cluster, service } = bench
    const before = await bench.traces()
    const pin = await cluster.pin(service, writer(1))
    for (const pods of [1, 2, 3]) await rollTo(bench, pods, 1 + pods)
    await cluster.restore(service, pin, false, writer(8))
    await bench.until(
      () => sizes(bench),
      (found) => found.old === 3,
    )
    await goBack(bench, pin, 8)
    await leaveNoTrace(bench, pin, 9, before)
  })

  it('goes back in place after its end, when all old pods are gone', async () => {
    const bench = await open(withAutoscaler)
    const { cluster, service } = bench
    const before = await bench.traces()
    const pin = await cluster.pin(service, writer(1))
    await rollOver(bench, 1)
    await bench.until(() => cluster.settle(service, pin, writer(7)), Boolean)
    await goBack(bench, pin, 8)
    await leaveNoTrace(bench, pin, 9, before)
  })

  it('has nothing to take back before the first pod', async () => {
    const bench = await open({ router })
    const { cluster, service } = bench
    const before = await bench.traces()
    const pin = await cluster.pin(service, writer(1))
    await goBack(bench, pin, 8)
    expect(await selectorOf(bench)).toEqual({ app: 'api' })
    await leaveNoTrace(bench, pin, 9, before)
  })

  it('takes the traffic away for a while and gives it back', async () => {
    const bench = await open({ router })
    const { cluster, service } = bench
    const pin = await cluster.pin(service, writer(1))
    await rollTo(bench, 1, 2)
    await bench.until(
      () => cluster.route(service, 0, writer(3)),
      (shares) => shares?.canary === 0,
    )
    expect(await selectorOf(bench)).toEqual({ app: 'api', 'pod-template-hash': pin.rollout?.hash })
    await rollTo(bench, 1, 4)
    expect(await selectorOf(bench)).toEqual({ app: 'api' })
  })

  it('is undone by what is pinned alone, by somebody who knows another router', async () => {
    const bench = await open({ router })
    const { cluster, namespace } = bench
    const before = await bench.traces()
    await cluster.pin(bench.service, writer(1))
    for (const pods of [1, 2]) await rollTo(bench, pods, 1 + pods)
    const service = shopApi(namespace)
    const pinned = await cluster.pinned(service, signal)
    if (!pinned) throw new Error('nothing is pinned')
    expect(pinned).toMatchObject({ replaced: false, kept: false, badImage: NEW_IMAGE, deployment: 'api-42' })
    const lines = pinned.byHand.join('\n')
    expect(lines).toContain(`pod-template-hash=${pinned.pin.rollout?.hash}`)
    expect(lines).toContain('"path":"/spec/template"')
    const emergency = { deployment: 'emergency-api-1700000000000', number: 43, revision: 1, lasting: true, signal }
    await bench.until(
      () => cluster.restore(service, pinned.pin, false, emergency),
      (shares) => shares?.stable === 100,
    )
    await bench.until(() => cluster.tidy(service, pinned.pin, emergency), Boolean)
    const marks = /"tminus\.dev\/(deployment|revision)":"[^"]*",?/g
    const plain = (traces: unknown) => JSON.stringify(traces).replaceAll(marks, '').replaceAll(',}', '}')
    expect(plain(await bench.traces())).toBe(plain(before))
  })
}

export function describeRollingRefusals(open: Open): void {
  it('refuses a workload that stops all pods at once, and says what to set', async () => {
    const bench = await open({ router })
    const { cluster, service, admin, namespace } = bench
    expect(await cluster.dryRun(service, NEW_IMAGE, signal)).toEqual([])
    expect((await cluster.inspect(service, 'v2.0', signal)).routerFaults).toEqual([])
    await admin.patch(deployments(namespace, 'api'), { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } })
    expect((await cluster.inspect(service, 'v2.0', signal)).routerFaults).toEqual([
      expect.stringContaining('has the strategy Recreate'),
    ])
  })

  it('does not overwrite a template or a selector that somebody else changed', async () => {
    const bench = await open({ router })
    const { cluster, service, admin, namespace } = bench
    await cluster.pin(service, writer(1))
    await rollTo(bench, 1, 2)
    await admin.patch(services(namespace, 'api'), { spec: { selector: { track: 'stable' } } })
    await expect(cluster.route(service, 50, writer(3))).rejects.toThrow('somebody else changed it')
    const annotations = { 'example.com/restarted': 'now' }
    await admin.patch(deployments(namespace, 'api'), { spec: { template: { metadata: { annotations } } } })
    await expect(cluster.ensureSlot(service, want(2), writer(3))).rejects.toThrow('somebody else changed it')
  })

  it('stops a worker that a newer decision has overtaken', async () => {
    const bench = await open({ router })
    const { cluster, service, writes } = bench
    const pin = await cluster.pin(service, writer(1))
    await rollTo(bench, 1, 2)
    await cluster.restore(service, pin, false, writer(20))
    const written = writes.length
    const stale = writer(19)
    await expect(cluster.ensureSlot(service, want(2), stale)).rejects.toMatchObject({ kind: 'fenced' })
    await expect(cluster.route(service, 100, stale)).rejects.toMatchObject({ kind: 'fenced' })
    expect(writes).toHaveLength(written)
  })
}
