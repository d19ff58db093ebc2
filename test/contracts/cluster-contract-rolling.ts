/** The contract of the Cluster port: the workload's own pods replaced in place, a few at a time (rolling). */
import { expect, it } from 'vitest'
import { at, listAt, objectAt, textAt, textMapAt } from '../../src/adapters/kubernetes/json.ts'
import { autoscalers, deployments, pods, replicaSets } from '../../src/adapters/kubernetes/target.ts'
import {
  atRest,
  rollOver,
  rollTo,
  router,
  sizes,
  want,
  withAutoscaler,
  workloadOf,
} from './cluster-contract-rolling-steps.ts'
import { type Open, signal } from './cluster-contract-steps.ts'
import { NEW_IMAGE, OLD_IMAGE, writer } from './cluster-fixtures.ts'

export function describeRolling(open: Open): void {
  it('replaces so many pods and no more, however long nobody looks, and is never below its size', async () => {
    const bench = await open(withAutoscaler)
    const { cluster, service } = bench
    await cluster.pin(service, writer(1))
    const found = []
    for (const pods of [1, 2, 3]) {
      await rollTo(bench, pods, 1 + pods)
      found.push(await atRest(bench))
      const { slots } = await cluster.look(service, signal)
      expect(slots.stable.ready + slots.canary.ready).toBeGreaterThanOrEqual(3)
      expect(slots.canary).toMatchObject({ wanted: pods, image: NEW_IMAGE, rolling: { of: 3 } })
      expect(at(await workloadOf(bench), 'spec', 'paused')).toBe(true)
    }
    // One old pod is left until the last share is given.
    expect(found).toEqual([
      { old: 3, new: 1 },
      { old: 2, new: 2 },
      { old: 1, new: 3 },
    ])
  })

  it('comes to rest by itself when nobody pauses it, and stays there when somebody resumes it', async () => {
    const bench = await open({ router })
    const { cluster, service, admin, namespace } = bench
    await cluster.pin(service, writer(1))
    await rollTo(bench, 1, 2)
    await cluster.ensureSlot(service, want(2), writer(3))
    expect(await atRest(bench)).toEqual({ old: 2, new: 2 })
    await rollTo(bench, 2, 3)
    await admin.patch(deployments(namespace, 'api'), { spec: { paused: false } })
    expect(await atRest(bench)).toEqual({ old: 2, new: 2 })
  })

  it('would be run to its end by anybody if new pods counted as available, even while it is paused', async () => {
    const bench = await open({ router })
    const { cluster, service, admin, namespace } = bench
    await cluster.pin(service, writer(1))
    for (const pods of [1, 2, 3]) await rollTo(bench, pods, 1 + pods)
    const spec = { minReadySeconds: 0, progressDeadlineSeconds: 600 }
    await admin.patch(deployments(namespace, 'api'), { spec })
    await bench.until(
      () => sizes(bench),
      (found) => found.old === 0 && found.new === 3,
    )
    expect(at(await workloadOf(bench), 'spec', 'paused')).toBe(true)
  })

  it('tells new pods from old ones by the label of their ReplicaSet, and shares by what is behind the Service', async () => {
    const bench = await open({ router })
    const { cluster, service, admin, namespace } = bench
    const pin = await cluster.pin(service, writer(1))
    await rollTo(bench, 1, 2)
    const seen = await bench.until(
      () => cluster.look(service, signal),
      ({ shares }) => shares?.canary === 25,
    )
    const { items } = await admin.api.list(pods(namespace))
    const hashOf = (image: string) => [
      ...new Set(
        items
          .filter((pod) => textAt(listAt(pod, 'spec', 'containers')[0], 'image') === image)
          .map((pod) => textMapAt(pod, 'metadata', 'labels')['pod-template-hash']),
      ),
    ]
    expect([pin.rollout?.hash]).toEqual(hashOf(OLD_IMAGE))
    expect([seen.slots.canary.rolling?.hash]).toEqual(hashOf(NEW_IMAGE))
    expect(seen.slots.stable).toMatchObject({ ready: 3, image: OLD_IMAGE })
  })

  it('replaces an unready old pod like any other, and gives no more of the healthy ones away', async () => {
    const bench = await open({ router })
    const { cluster, service } = bench
    await cluster.pin(service, writer(1))
    await bench.makeSick('stable', 'unready', 1)
    await bench.until(
      () => cluster.look(service, signal),
      ({ slots }) => slots.stable.ready === 2,
    )
    await rollTo(bench, 1, 2)
    expect(await atRest(bench)).toEqual({ old: 3, new: 1 })
    await rollTo(bench, 2, 3)
    expect(await atRest(bench)).toEqual({ old: 2, new: 2 })
    expect((await cluster.look(service, signal)).slots.stable.ready).toBe(2)
  })

  it('copes with a workload that grows meanwhile', async () => {
    const bench = await open({ router })
    const { cluster, service, admin, namespace } = bench
    await cluster.pin(service, writer(1))
    await rollTo(bench, 2, 2)
    await admin.patch(deployments(namespace, 'api'), { spec: { replicas: 5 } })
    const grown = await atRest(bench)
    expect(grown.old + grown.new).toBe(6)
    for (const pods of [3, 4]) await rollTo(bench, pods, pods)
    expect((await cluster.look(service, signal)).slots.canary.rolling).toMatchObject({ of: 5 })
    await rollTo(bench, 5, 5)
    expect(await atRest(bench)).toEqual({ old: 1, new: 5 })
  })

  it('takes several at a time where the catalogue says so', async () => {
    const bench = await open({ router })
    const { cluster } = bench
    const service = { ...bench.service, rolling: { ...bench.service.rolling, batch: 2 } }
    await cluster.pin(service, writer(1))
    const two = { ...bench, service }
    await rollTo(two, 2, 2)
    expect(await atRest(bench)).toEqual({ old: 3, new: 2 })
    await rollTo(two, 3, 3)
    expect(await atRest(bench)).toEqual({ old: 2, new: 3 })
  })

  it('ends as if the image had been changed by hand: only it and the version label differ', async () => {
    const bench = await open(withAutoscaler)
    const { cluster, service, admin, namespace } = bench
    const before = JSON.stringify(await bench.traces())
    const pin = await cluster.pin(service, writer(1))
    expect(objectAt(await admin.get(autoscalers(namespace, 'api')), 'spec').minReplicas).toBe(3)
    await rollOver(bench, 1)
    expect(await sizes(bench)).toEqual({ old: 0, new: 3 })
    await bench.until(() => cluster.settle(service, pin, writer(7)), Boolean)
    expect(await cluster.forget(service, writer(9))).toBe(true)
    const after = JSON.stringify(await bench.traces())
      .replace(',"tminus.dev/last-deployment":"api-42"', '')
      .replace(NEW_IMAGE, OLD_IMAGE)
      .replace('"version":"v2.0"', '"version":"v1.0"')
    expect(after).toBe(before)
    const { items } = await admin.api.list(replicaSets(namespace))
    expect(JSON.stringify(items)).not.toContain('tminus.dev/pin')
  })
}
