/** The contract of the Cluster port: the way back written down, and the Deployments of the slots. */
import { expect, it } from 'vitest'
import { at, type JsonObject, listAt, objectAt, textAt, textMapAt } from '../../src/adapters/kubernetes/json.ts'
import { autoscalers, deployments } from '../../src/adapters/kubernetes/target.ts'
import { deployCanary, NEW, type Open, signal } from './cluster-contract-steps.ts'
import { autoscalerObject, NEW_IMAGE, OLD_IMAGE, writer } from './cluster-fixtures.ts'

export function describePin(open: Open): void {
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

  it('lets the pinned size follow an HPA upwards, and nothing else: whoever takes all of the traffic needs as many pods', async () => {
    const { cluster, service, admin, namespace } = await open({
      beside: (space) => [[autoscalers(space), autoscalerObject(space)]],
    })
    const minimum = async () => at(await admin.get(autoscalers(namespace, 'api')), 'spec', 'minReplicas')
    await expect(cluster.pin(service, writer(1), true)).rejects.toMatchObject({ kind: 'refused' })
    const pin = await cluster.pin(service, writer(1))
    expect(await cluster.pin(service, writer(2), true)).toEqual(pin)
    const scale = { ...deployments(namespace, 'api'), subresource: 'scale' }
    await admin.writeAs('kube-controller-manager', 'patch', scale, { spec: { replicas: 5 } })
    const grown = { ...pin, replicas: 5 }
    expect(await cluster.pin(service, writer(2), true)).toEqual(grown)
    expect(await minimum()).toBe(5)
    expect((await cluster.pinned(service, signal))?.pin).toEqual(grown)
    await cluster.promote(service, NEW, writer(3))
    await admin.writeAs('kube-controller-manager', 'patch', scale, { spec: { replicas: 4 } })
    expect(await cluster.pin(service, writer(4), true)).toEqual(grown)
  })

  it('writes no pin anew for a worker that slept through the end', async () => {
    const bench = await open({ beside: (space) => [[autoscalers(space), autoscalerObject(space)]] })
    const { cluster, service, admin, namespace } = bench
    const pin = await cluster.pin(service, writer(1))
    await bench.until(
      () => cluster.tidy(service, pin, writer(9)),
      (done) => done,
    )
    await expect(cluster.pin(service, writer(2), true)).rejects.toMatchObject({ kind: 'refused' })
    const workload = await admin.get(deployments(namespace, 'api'))
    expect(JSON.stringify(objectAt(workload, 'metadata', 'annotations'))).not.toContain('tminus')
    expect(at(await admin.get(autoscalers(namespace, 'api')), 'spec', 'minReplicas')).toBe(2)
  })

  it('takes a pin of an earlier deployment of the same name for what it is: not its own', async () => {
    const { cluster, service } = await open()
    await cluster.pin(service, writer(1))
    await cluster.promote(service, NEW, writer(2))
    // The store lost everything meanwhile, and counts from the same number again.
    const namesake = { ...writer(1, 43), deployment: writer(1).deployment }
    await expect(cluster.promote(service, NEW, namesake)).rejects.toMatchObject({ kind: 'refused' })
    expect(await cluster.pin(service, namesake)).toMatchObject({ image: NEW.image })
  })

  it('refuses to go forward on a workload that carries no way back', async () => {
    const { cluster, service } = await open()
    const want = { slot: 'canary', replicas: 1, ...NEW } as const
    await expect(cluster.ensureSlot(service, want, writer(1))).rejects.toMatchObject({ kind: 'refused' })
    await expect(cluster.promote(service, NEW, writer(1))).rejects.toMatchObject({ kind: 'refused' })
    await expect(cluster.route(service, 50, writer(1))).rejects.toMatchObject({ kind: 'refused' })
  })
}

export function describeSlots(open: Open): void {
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
    // Those of the last template that take their time to go are none of them.
    await bench.until(
      () => cluster.look(service, signal),
      ({ slots }) => slots.stable.pods.length === 3 && slots.stable.pods.every((pod) => pod.ready && !pod.terminating),
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
