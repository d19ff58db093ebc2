/** The contract of the Cluster port: traffic divided by numbers of pods. */
import { expect, it } from 'vitest'
import { textMapAt } from '../../src/adapters/kubernetes/json.ts'
import { autoscalers, deployments, replicaSets, services } from '../../src/adapters/kubernetes/target.ts'
import { deployCanary, finish, NEW, type Open, signal } from './cluster-contract-steps.ts'
import { autoscalerObject, NEW_IMAGE, OLD_IMAGE, writer } from './cluster-fixtures.ts'

export function describeReplicas(open: Open): void {
  it('goes forward by pods, then by the selector, and back without a trace', async () => {
    const bench = await open()
    const { cluster, service, admin, namespace } = bench
    const before = await bench.traces()
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    await bench.until(
      () => cluster.route(service, 5, writer(3)),
      (shares) => shares?.canary === 25 && shares.stable === 75,
    )
    await deployCanary(bench, 3, 4)
    await bench.until(
      () => cluster.route(service, 50, writer(5)),
      (shares) => shares?.canary === 50,
    )
    await bench.until(
      () => cluster.route(service, 100, writer(6)),
      (shares) => shares?.canary === 100,
    )
    const front = await admin.get(services(namespace, 'api'))
    expect(textMapAt(front, 'spec', 'selector')).toEqual({ app: 'api', 'tminus.dev/slot': 'canary' })

    await bench.until(
      () => cluster.restore(service, pin, false, writer(7)),
      (shares) => shares?.stable === 100,
    )
    expect((await cluster.look(service, signal)).slots.canary.wanted).toBe(0)
    await bench.until(() => cluster.tidy(service, pin, writer(8)), Boolean)
    expect(await cluster.tidy(service, pin, writer(8))).toBe(true)
    expect(await bench.traces()).toEqual(before)
  })

  it('sends everything to the new version only when one of its pods is behind the Service', async () => {
    const { cluster, service } = await open()
    await cluster.pin(service, writer(1))
    await cluster.ensureSlot(service, { slot: 'canary', replicas: 0, ...NEW }, writer(2))
    await expect(cluster.route(service, 100, writer(3))).rejects.toMatchObject({ kind: 'late' })
  })

  it('takes the traffic away for a while, also from all of it, and gives it back', async () => {
    const bench = await open()
    const { cluster, service } = bench
    await cluster.pin(service, writer(1))
    await deployCanary(bench, 3, 2)
    let revision = 3
    for (const percent of [50, 0, 50, 100, 0, 50]) {
      const at = revision++
      await bench.until(
        () => cluster.route(service, percent, writer(at)),
        (shares) => shares?.canary === percent,
      )
    }
  })

  it('does not move a selector that somebody else changed', async () => {
    const bench = await open()
    const { cluster, service, admin, namespace } = bench
    await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    await admin.patch(services(namespace, 'api'), { spec: { selector: { track: 'stable' } } })
    await expect(cluster.route(service, 100, writer(3))).rejects.toThrow('somebody else changed it')
  })

  it('promotes, keeps, settles and forgets; then only the image and the version label differ', async () => {
    const bench = await open({ beside: (space) => [[autoscalers(space), autoscalerObject(space)]] })
    const { cluster, service, admin, namespace } = bench
    const before = JSON.stringify(await bench.traces())
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 3, 2)
    await bench.until(
      () => cluster.route(service, 100, writer(3)),
      (shares) => shares?.canary === 100,
    )
    await finish(bench, pin, 4)
    const kept = await cluster.look(service, signal)
    expect(kept.slots.previous).toMatchObject({ wanted: 3, image: OLD_IMAGE })
    expect(kept.slots.canary.exists).toBe(false)
    await bench.until(
      () => cluster.look(service, signal),
      (seen) => seen.shares?.stable === 100,
    )

    expect(await cluster.forget(service, writer(9))).toBe(true)
    expect(await cluster.forget(service, writer(9))).toBe(true)
    const workload = await admin.get(deployments(namespace, 'api'))
    expect(textMapAt(workload, 'metadata', 'annotations')).toMatchObject({ 'tminus.dev/last-deployment': 'api-42' })
    // `kubectl rollout undo` would copy them back from there.
    const sets = (await admin.api.list(replicaSets(namespace))).items
    expect(JSON.stringify(sets)).not.toContain('tminus.dev/pin')
    const after = JSON.stringify(await bench.traces())
      .replace(',"tminus.dev/last-deployment":"api-42"', '')
      .replace(NEW_IMAGE, OLD_IMAGE)
      .replace('"version":"v2.0"', '"version":"v1.0"')
    expect(after).toBe(before)
  })

  it('goes back through the kept version after the promotion, and restores the whole template', async () => {
    const bench = await open({ beside: (space) => [[autoscalers(space), autoscalerObject(space)]] })
    const { cluster, service } = bench
    const before = await bench.traces()
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 3, 2)
    await bench.until(
      () => cluster.route(service, 100, writer(3)),
      (shares) => shares?.canary === 100,
    )
    await finish(bench, pin, 4)
    await bench.until(
      () => cluster.restore(service, pin, true, writer(8)),
      (shares) => shares?.previous === 100,
    )
    await expect(cluster.forget(service, writer(9))).rejects.toMatchObject({ kind: 'refused' })
    await bench.until(() => cluster.tidy(service, pin, writer(9)), Boolean)
    expect(await bench.traces()).toEqual(before)
    await bench.until(
      () => cluster.look(service, signal),
      (seen) => seen.shares?.stable === 100 && seen.slots.stable.image === OLD_IMAGE,
    )
  })
}
