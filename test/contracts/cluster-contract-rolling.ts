/** The contract of the Cluster port: the workload's own pods replaced in place, a few at a time (rolling). */
import { expect, it } from 'vitest'
import {
  at,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  textAt,
  textMapAt,
} from '../../src/adapters/kubernetes/json.ts'
import { autoscalers, deployments, pods, replicaSets, services } from '../../src/adapters/kubernetes/target.ts'
import type { Pin } from '../../src/playbook/deployment.ts'
import type { RouterSettings } from '../../src/playbook/service.ts'
import type { Bench } from './cluster-bench.ts'
import { NEW, type Open, signal } from './cluster-contract-steps.ts'
import { autoscalerObject, NEW_IMAGE, OLD_IMAGE, shopApi, writer } from './cluster-fixtures.ts'

const router: RouterSettings = { kind: 'rolling' }
const withAutoscaler = {
  router,
  beside: (space: string) => [[autoscalers(space), autoscalerObject(space)]] as const,
}

const want = (replicas: number) => ({ slot: 'canary', replicas, ...NEW }) as const
const workloadOf = ({ admin, namespace }: Bench) => admin.get(deployments(namespace, 'api'))
const selectorOf = async ({ admin, namespace }: Bench) =>
  textMapAt(await admin.get(services(namespace, 'api')), 'spec', 'selector')

/** Sizes wanted of the old and of the new version, as the ReplicaSets say. */
async function sizes({ admin, namespace }: Bench): Promise<{ old: number; new: number }> {
  const { items } = await admin.api.list(replicaSets(namespace))
  const of = (image: string) =>
    items
      .filter((set) => textAt(listAt(set, 'spec', 'template', 'spec', 'containers')[0], 'image') === image)
      .reduce((sum, set) => sum + (numberAt(set, 'spec', 'replicas') ?? 0), 0)
  return { old: of(OLD_IMAGE), new: of(NEW_IMAGE) }
}

/** So many pods on the new version, ready, behind the Service, and the rollout paused. */
async function rollTo(bench: Bench, pods: number, revision: number): Promise<void> {
  const { cluster, service } = bench
  await bench.until(
    () => cluster.ensureSlot(service, want(pods), writer(revision)),
    (state) => state.complete && state.ready >= pods,
  )
  await bench.until(
    () => cluster.route(service, 50, writer(revision)),
    (shares) => (shares?.canary ?? 0) > 0,
  )
}

/** At rest: the controller has seen the last write, and looks a few times more. */
async function atRest(bench: Bench): Promise<{ old: number; new: number }> {
  const observed = (workload: JsonObject | null) =>
    numberAt(workload, 'status', 'observedGeneration') === numberAt(workload, 'metadata', 'generation')
  await bench.until(() => workloadOf(bench), observed)
  let last = await sizes(bench)
  for (let same = 0; same < 20; ) {
    const now = await sizes(bench)
    same = now.old === last.old && now.new === last.new ? same + 1 : 0
    last = now
  }
  return last
}

/** All pods on the new version, none of the old one. */
async function rollOver(bench: Bench, revision: number): Promise<void> {
  for (const pods of [1, 2, 3]) await rollTo(bench, pods, revision + pods)
  await bench.until(
    () => bench.cluster.route(bench.service, 100, writer(revision + 4)),
    (shares) => shares?.canary === 100,
  )
}

async function goBack(bench: Bench, pin: Pin, revision: number): Promise<void> {
  await bench.until(
    () => bench.cluster.restore(bench.service, pin, false, writer(revision)),
    (shares) => shares?.stable === 100,
  )
}

const leaveNoTrace = async (bench: Bench, pin: Pin, revision: number, before: unknown) => {
  await bench.until(() => bench.cluster.tidy(bench.service, pin, writer(revision)), Boolean)
  expect(await bench.traces()).toEqual(before)
}

function describeForward(open: Open): void {
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

function describeBack(open: Open): void {
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
    for (const pods of [1, 2]) await rollTo(bench, pods, 1 + pods)
    await bench.makeSick('stable', 'unready', 1)
    await bench.makeSick('canary', 'crash-loop', 2)
    await bench.until(
      () => cluster.look(service, signal),
      ({ slots }) => slots.stable.ready === 1 && slots.canary.ready === 0,
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

function describeRefusals(open: Open): void {
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

export function describeRolling(open: Open): void {
  describeForward(open)
  describeBack(open)
  describeRefusals(open)
}
