/** What every make of the Cluster port, on every kind of API server, must do. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { at, type JsonObject, listAt, objectAt, textAt, textMapAt } from '../../src/adapters/kubernetes/json.ts'
import { autoscalers, deployments, replicaSets, services } from '../../src/adapters/kubernetes/target.ts'
import type { Pin } from '../../src/playbook/deployment.ts'
import { ClusterError } from '../../src/ports/cluster.ts'
import {
  type Bench,
  type BenchOptions,
  benchOn,
  type ClusterEnvironment,
  istioTarget,
  podsOf,
} from './cluster-bench.ts'
import {
  autoscalerObject,
  ISTIO_BY_HOST,
  ISTIO_BY_SUBSET,
  NEW_IMAGE,
  OLD_IMAGE,
  virtualServiceObject,
  writer,
} from './cluster-fixtures.ts'

const NEW = { image: NEW_IMAGE, version: 'v2.0' } as const
const signal = new AbortController().signal

/** A canary with so many ready pods. */
async function deployCanary(bench: Bench, replicas: number, revision: number): Promise<void> {
  const want = { slot: 'canary', replicas, ...NEW } as const
  await bench.until(
    () => bench.cluster.ensureSlot(bench.service, want, writer(revision)),
    (state) => state.complete && state.pods.filter((pod) => pod.ready).length === replicas,
  )
}

/** The old version beside, the workload promoted and complete, the canary gone. */
async function finish(bench: Bench, pin: Pin, revision: number): Promise<void> {
  const { cluster, service } = bench
  await bench.until(
    () => cluster.ensureSlot(service, { slot: 'previous', pin, replicas: 3 }, writer(revision)),
    (state) => state.complete,
  )
  await bench.until(
    () => cluster.promote(service, NEW, writer(revision + 1)),
    (state) => state.complete,
  )
  await bench.until(() => cluster.settle(service, pin, writer(revision + 2)), Boolean)
}

export function describeCluster(name: string, makeEnvironment: () => Promise<ClusterEnvironment>): void {
  describe(`cluster: ${name}`, () => {
    let environment: ClusterEnvironment
    const benches: Bench[] = []
    const open = async (options?: BenchOptions) => {
      const bench = await benchOn(environment, options)
      benches.push(bench)
      return bench
    }
    beforeAll(async () => {
      environment = await makeEnvironment()
    })
    afterEach(async () => {
      await Promise.all(benches.splice(0).map((bench) => bench.close()))
    })
    afterAll(() => environment.close())

    describePin(open)
    describeSlots(open)
    describeReplicas(open)
    describeIstio(open)
    describeWayBack(open)
    describeFencing(open)
    describeLooking(open)
  })
}

type Open = (options?: BenchOptions) => Promise<Bench>

function describePin(open: Open): void {
  it('pins template, size, selector and HPA minimum once, and never again after a change', async () => {
    const { cluster, service, admin, namespace } = await open({
      beside: (space) => [[autoscalers(space), autoscalerObject(space)]],
    })
    const before = await admin.get(deployments(namespace, 'api'))
    const pin = await cluster.pin(service, writer(1))
    expect(pin).toMatchObject({ workload: 'api', replicas: 3, image: OLD_IMAGE, weights: null })
    expect(pin.template).toEqual(objectAt(before, 'spec', 'template'))
    expect(pin.serviceSelector).toEqual({ app: 'api' })
    expect(pin.hpa).toEqual({ name: 'api', minReplicas: 2 })
    expect(at(await admin.get(autoscalers(namespace, 'api')), 'spec', 'minReplicas')).toBe(3)

    await cluster.promote(service, NEW, writer(2))
    expect(await cluster.pin(service, writer(3))).toEqual(pin)
  })

  it('refuses to go forward on a workload that carries no way back', async () => {
    const { cluster, service } = await open()
    const want = { slot: 'canary', replicas: 1, ...NEW } as const
    await expect(cluster.ensureSlot(service, want, writer(1))).rejects.toMatchObject({ kind: 'refused' })
    await expect(cluster.promote(service, NEW, writer(1))).rejects.toMatchObject({ kind: 'refused' })
    await expect(cluster.route(service, 50, writer(1))).rejects.toMatchObject({ kind: 'refused' })
  })
}

function describeSlots(open: Open): void {
  it('makes a canary that differs from the workload in image and labels only', async () => {
    const bench = await open()
    const { cluster, service, admin, namespace } = bench
    await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    const stable = await admin.get(deployments(namespace, 'api'))
    const canary = await admin.get(deployments(namespace, 'api-canary'))
    expect(objectAt(canary, 'spec', 'selector')).not.toEqual(objectAt(stable, 'spec', 'selector'))
    expect(textMapAt(canary, 'spec', 'template', 'metadata', 'labels')).toEqual({
      app: 'api',
      track: 'stable',
      version: 'v2.0',
      release: 'v2.0',
      'tminus.dev/slot': 'canary',
      'tminus.dev/workload': 'api',
    })
    // Nothing by which a GitOps tool would take it for its own.
    expect(textMapAt(canary, 'metadata', 'labels')).not.toHaveProperty('app.kubernetes.io/instance')
    const withoutImages = (deployment: JsonObject | null) => ({
      ...objectAt(deployment, 'spec', 'template', 'spec'),
      containers: listAt(deployment, 'spec', 'template', 'spec', 'containers').map((row) => ({
        ...(row as JsonObject),
        image: textAt(row, 'name') === 'api' ? 'any' : textAt(row, 'image'),
      })),
    })
    expect(withoutImages(canary)).toEqual(withoutImages(stable))
  })

  it('writes nothing when asked for what is there', async () => {
    const bench = await open()
    const { cluster, service, writes } = bench
    await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    await cluster.route(service, 25, writer(3))
    const written = writes.length
    await cluster.pin(service, writer(4))
    await deployCanary(bench, 1, 4)
    await cluster.route(service, 25, writer(4))
    expect(writes).toHaveLength(written)
  })

  it('leaves a Deployment of that name alone when somebody else made it', async () => {
    const { cluster, service, admin, namespace } = await open()
    await cluster.pin(service, writer(1))
    const labels = { app: 'someone' }
    await admin.create(deployments(namespace), {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'api-canary', namespace },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'x', image: 'x:1' }] } },
      },
    })
    const want = { slot: 'canary', replicas: 1, ...NEW } as const
    const failure = cluster.ensureSlot(service, want, writer(2))
    await expect(failure).rejects.toThrow("exists and is not the bot's")
  })

  it('is not complete before the controller has seen the promotion', async () => {
    const bench = await open()
    const { cluster, service } = bench
    await cluster.pin(service, writer(1))
    const written = await cluster.promote(service, NEW, writer(2))
    expect(written).toMatchObject({ image: NEW_IMAGE, complete: false })
    await bench.until(
      () => cluster.promote(service, NEW, writer(2)),
      (state) => state.complete,
    )
  })

  it('tells the last lines of the newest pod, or that there is none', async () => {
    const bench = await open()
    const { cluster, service } = bench
    await cluster.pin(service, writer(1))
    expect(await cluster.logs(service, 'canary', 50, signal)).toBeNull()
    await deployCanary(bench, 1, 2)
    const logs = await bench.until(
      () => cluster.logs(service, 'canary', 5, signal),
      (found) => found !== null && found.text.trim() !== '',
    )
    expect(logs?.pod).toMatch(/^api-canary-/)
    expect(logs?.text.trim().split('\n').length).toBeLessThanOrEqual(5)
  })
}

function describeReplicas(open: Open): void {
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

function describeIstio(open: Open): void {
  for (const router of [ISTIO_BY_HOST, ISTIO_BY_SUBSET]) {
    const by = router.kind === 'istio' ? router.by : 'host'
    it(`moves the two weights by ${by} and leaves all else of the route as it was`, async () => {
      const bench = await open({ router })
      const { cluster, service, admin, namespace } = bench
      const before = await bench.traces()
      const untouched = await admin.get(istioTarget('virtualservices', namespace))
      const pin = await cluster.pin(service, writer(1))
      expect(pin.weights).toEqual([100, 0])
      await deployCanary(bench, 1, 2)
      expect(await cluster.route(service, 5, writer(3))).toEqual({ stable: 95, canary: 5, previous: 0 })
      const golden = JSON.stringify(virtualServiceObject(namespace, by).spec)
        .replace('"weight":100,"headers"', '"weight":95,"headers"')
        .replace('"weight":0', '"weight":5')
      const routed = await admin.get(istioTarget('virtualservices', namespace))
      expect(objectAt(routed, 'spec')).toEqual(JSON.parse(golden))
      expect(textMapAt(routed, 'metadata', 'labels')).toEqual(textMapAt(untouched, 'metadata', 'labels'))

      expect(await cluster.route(service, 0, writer(4))).toEqual({ stable: 100, canary: 0, previous: 0 })
      expect(await cluster.route(service, 100, writer(4))).toEqual({ stable: 0, canary: 100, previous: 0 })
      expect(await cluster.restore(service, pin, false, writer(5))).toEqual({ stable: 100, canary: 0, previous: 0 })
      await bench.until(() => cluster.tidy(service, pin, writer(6)), Boolean)
      expect(await bench.traces()).toEqual(before)
    })

    it(`promotes, settles and goes back through the kept version by ${by}`, async () => {
      const bench = await open({ router })
      const { cluster, service } = bench
      const before = await bench.traces()
      const pin = await cluster.pin(service, writer(1))
      await deployCanary(bench, 3, 2)
      await cluster.route(service, 100, writer(3))
      await finish(bench, pin, 4)
      expect((await cluster.look(service, signal)).shares).toEqual({ stable: 100, canary: 0, previous: 0 })
      expect(await cluster.restore(service, pin, true, writer(8))).toEqual({ stable: 0, canary: 0, previous: 100 })
      await bench.until(() => cluster.tidy(service, pin, writer(9)), Boolean)
      expect(await bench.traces()).toEqual(before)
    })
  }

  it('names what is wrong with a route before anything is deployed', async () => {
    const bench = await open({ router: ISTIO_BY_SUBSET })
    const { cluster, service, admin, namespace } = bench
    expect((await cluster.inspect(service, 'v2.0', signal)).routerFaults).toEqual([])
    const target = istioTarget('virtualservices', namespace)
    const current = await admin.get(target)
    const http = listAt(current, 'spec', 'http').map((route) =>
      textAt(route, 'name') === 'primary'
        ? { ...objectAt(route), route: [...listAt(route, 'route'), { destination: { host: 'third' }, weight: 0 }] }
        : route,
    )
    await admin.patch(target, { spec: { http } })
    const { routerFaults } = await cluster.inspect(service, 'v2.0', signal)
    expect(routerFaults).toEqual([expect.stringContaining('3 destinations')])
  })

  it('restores a route that gained a third destination meanwhile', async () => {
    const bench = await open({ router: ISTIO_BY_SUBSET })
    const { cluster, service, admin, namespace } = bench
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    await cluster.route(service, 50, writer(3))
    const target = istioTarget('virtualservices', namespace)
    const current = await admin.get(target)
    const http = listAt(current, 'spec', 'http').map((route) =>
      textAt(route, 'name') === 'primary'
        ? { ...objectAt(route), route: [...listAt(route, 'route'), { destination: { host: 'third' }, weight: 0 }] }
        : route,
    )
    await admin.patch(target, { spec: { http } })
    const shares = await cluster.restore(service, pin, false, writer(4))
    expect(shares).toEqual({ stable: 100, canary: 0, previous: 0 })
  })
}

function describeWayBack(open: Open): void {
  for (const router of [undefined, ISTIO_BY_SUBSET]) {
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

  it('has nothing to do after a restore that was done, and says so twice', async () => {
    const bench = await open({ router: ISTIO_BY_SUBSET })
    const { cluster, service, writes } = bench
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    await cluster.route(service, 25, writer(3))
    await cluster.restore(service, pin, false, writer(4))
    const written = writes.length
    expect(await cluster.restore(service, pin, false, writer(4))).toEqual({ stable: 100, canary: 0, previous: 0 })
    expect(writes).toHaveLength(written)
  })

  it('restores before there is any canary', async () => {
    const { cluster, service } = await open()
    const pin = await cluster.pin(service, writer(1))
    expect(await cluster.restore(service, pin, false, writer(2))).toEqual({ stable: 100, canary: 0, previous: 0 })
    expect(await cluster.tidy(service, pin, writer(3))).toBe(true)
  })
}

function describeFencing(open: Open): void {
  it('stops a worker that a newer decision has overtaken, on every kind of object', async () => {
    const bench = await open({ router: ISTIO_BY_SUBSET })
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

  it('refuses an older restore after a newer one', async () => {
    const bench = await open()
    const { cluster, service } = bench
    const pin = await cluster.pin(service, writer(1))
    await deployCanary(bench, 1, 2)
    await cluster.restore(service, pin, false, writer(20))
    await expect(cluster.restore(service, pin, true, writer(19))).rejects.toMatchObject({ kind: 'fenced' })
  })
}

function describeLooking(open: Open): void {
  it('inspects the target: workload, Service, endpoints, HPA, quota, headroom', async () => {
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
    })
    expect(seen.workload?.cpuRequest).toBeCloseTo(0.15)
    expect(seen.workload?.memoryRequest).toBe(192 * 2 ** 20)
    expect(seen.workload?.pods).toHaveLength(3)
    expect(seen.service).toEqual({ selector: { app: 'api' }, selectsWorkload: true, selectsCanary: true })
    expect(seen.hpa).toEqual({ name: 'api', minReplicas: 2, maxReplicas: 5 })
    expect(seen.headroom.cpu).toBeGreaterThan(0)
    expect(seen.leftovers).toEqual([])
    expect(seen.routerFaults).toEqual([])
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
    expect({ ...listed, at: 0 }).toEqual({ ...seen, at: 0 })
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
