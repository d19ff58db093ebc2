/** The contract of the Cluster port: the way back, and workers that were overtaken. */

import { expect, it } from 'vitest'
import { deployCanary, finish, NEW, type Open, signal } from './cluster-contract-steps.ts'
import { writer } from './cluster-fixtures.ts'
import { GATEWAY_API, ISTIO_BY_SUBSET, NGINX } from './router-fixtures.ts'

export function describeWayBack(open: Open): void {
  for (const router of [undefined, ISTIO_BY_SUBSET, GATEWAY_API, NGINX]) {
    it(`restores while one of three old pods is unready and all new ones crash (${router?.kind ?? 'replicas'})`, async () => {
      const bench = await open(router ? { router } : {})
      const { cluster, service } = bench
      const pin = await cluster.pin(service, writer(1))
      await deployCanary(bench, 3, 2)
      await cluster.route(service, 50, writer(3))
      await bench.makeSick('stable', 'unready', 1)
      await bench.makeSick('canary', 'crash-loop', 3)
      await bench.until(
        () => cluster.look(service, signal),
        (seen) =>
          seen.slots.stable.pods.filter((pod) => pod.ready).length === 2 &&
          seen.slots.canary.pods.every((pod) => !pod.ready && pod.trouble !== null && pod.restarts > 0),
      )
      await bench.until(
        () => cluster.restore(service, pin, false, writer(4)),
        (shares) => shares?.stable === 100,
      )
      await bench.until(() => cluster.tidy(service, pin, writer(5)), Boolean)
    })
  }

  for (const router of [ISTIO_BY_SUBSET, GATEWAY_API, NGINX]) {
    it(`has nothing to do after a restore that was done, and says so twice (${router.kind})`, async () => {
      const bench = await open({ router })
      const { cluster, service, writes } = bench
      const pin = await cluster.pin(service, writer(1))
      await deployCanary(bench, 1, 2)
      await cluster.route(service, 25, writer(3))
      await cluster.restore(service, pin, false, writer(4))
      const written = writes.length
      expect(await cluster.restore(service, pin, false, writer(4))).toEqual({ stable: 100, canary: 0, previous: 0 })
      expect(writes).toHaveLength(written)
    })
  }

  it('restores before there is any canary', async () => {
    const { cluster, service } = await open()
    const pin = await cluster.pin(service, writer(1))
    expect(await cluster.restore(service, pin, false, writer(2))).toEqual({ stable: 100, canary: 0, previous: 0 })
    expect(await cluster.tidy(service, pin, writer(3))).toBe(true)
  })
}

export function describeFencing(open: Open): void {
  for (const router of [ISTIO_BY_SUBSET, GATEWAY_API, NGINX]) {
    it(`stops a worker that a newer decision has overtaken, on every kind of object (${router.kind})`, async () => {
      const bench = await open({ router })
      const { cluster, service, writes } = bench
      const pin = await cluster.pin(service, writer(1))
      await deployCanary(bench, 1, 2)
      await cluster.restore(service, pin, false, writer(20))
      const written = writes.length
      const stale = writer(19)
      const want = { slot: 'canary', replicas: 3, ...NEW } as const
      await expect(cluster.route(service, 50, stale)).rejects.toMatchObject({ kind: 'fenced' })
      await expect(cluster.ensureSlot(service, want, stale)).rejects.toMatchObject({ kind: 'fenced' })
      await expect(cluster.promote(service, NEW, stale)).rejects.toMatchObject({ kind: 'fenced' })
      await expect(cluster.pin(service, writer(99, 41))).rejects.toMatchObject({ kind: 'fenced' })
      expect(writes).toHaveLength(written)
    })
  }

  it('refuses an older restore after a newer one', async () => {
    const bench = await open()
    const { cluster, service } = bench
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    await cluster.restore(service, pin, false, writer(20))
    await expect(cluster.restore(service, pin, true, writer(19))).rejects.toMatchObject({ kind: 'fenced' })
  })
}

export function describePinned(open: Open): void {
  it('reads the way back off the cluster alone, with the lines to type, and nothing where nothing is pinned', async () => {
    const bench = await open({ router: ISTIO_BY_SUBSET })
    const { cluster, service } = bench
    expect(await cluster.pinned(service, signal)).toBeNull()
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    await cluster.route(service, 25, writer(3))
    const found = await cluster.pinned(service, signal)
    expect(found).toMatchObject({ deployment: writer(1).deployment, pin, kept: false, replaced: false })
    expect(found?.badImage).toBe(NEW.image)
    expect(found?.lastNumber).toBe(writer(3).number)
    expect(found?.byHand.join('\n')).toMatch(
      /patch service api .*\n.*patch virtualservice api .*"value":100.*"value":0.*\n.*scale deployment api-canary --replicas=0$/,
    )
  })

  it('leads through the kept pods once the workload was promoted', async () => {
    const bench = await open()
    const { cluster, service } = bench
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 3, 2)
    await cluster.route(service, 100, writer(3))
    await finish(bench, pin, 4)
    const found = await bench.until(
      () => cluster.pinned(service, signal),
      (pinned) => pinned?.kept === true,
    )
    expect(found).toMatchObject({ pin, replaced: true, badImage: NEW.image })
    expect(found?.byHand.join('\n')).toContain('"tminus.dev/slot":"previous"')
  })

  it('leaves a lasting token behind: no older decision moves traffic again, the next deployment does', async () => {
    for (const router of [undefined, ISTIO_BY_SUBSET]) {
      const bench = await open(router ? { router } : {})
      const { cluster, service } = bench
      const pin = await cluster.pin(service, writer(1))
      await deployCanary(bench, 1, 2)
      await cluster.route(service, 25, writer(3))
      const emergency = { ...writer(1, 1_000), deployment: 'emergency-api-1700000000000', lasting: true }
      await bench.until(
        () => cluster.restore(service, pin, false, emergency),
        (shares) => shares?.stable === 100,
      )
      await bench.until(() => cluster.tidy(service, pin, emergency), Boolean)
      expect(await cluster.pinned(service, signal)).toBeNull()
      expect((await cluster.look(service, signal)).writtenBy).toBe(emergency.deployment)
      const fenced = { kind: 'fenced', by: emergency.deployment }
      await expect(cluster.restore(service, pin, true, writer(99))).rejects.toMatchObject(fenced)
      await expect(cluster.tidy(service, pin, writer(99))).rejects.toMatchObject(fenced)
      await expect(cluster.forget(service, writer(99))).rejects.toMatchObject(fenced)
      expect((await cluster.look(service, signal)).shares).toMatchObject({ stable: 100 })
      await cluster.pin(service, writer(1, 1_001))
      await bench.until(() => cluster.tidy(service, pin, writer(2, 1_001)), Boolean)
      expect((await cluster.look(service, signal)).writtenBy).toBeNull()
    }
  })
}
