/** Whole rolling deployments on the real control plane, forward and back; kubectl is the witness. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { realClock } from '../../src/adapters/clocks.ts'
import { kubernetesCluster } from '../../src/adapters/kubernetes/kubernetes-cluster.ts'
import { SECOND } from '../../src/playbook/durations.ts'
import type { Service } from '../../src/playbook/service.ts'
import { mustKubectl } from '../control-plane/kubectl.ts'
import { ana, ben } from '../playbook/fixtures.ts'
import { startRedis, type TestRedis } from '../redis-server.ts'
import { type RunningEngine, startEngine } from '../running/engine-on-cluster.ts'
import { manifestOf, quickService } from '../running/quick-service.ts'

const UNTIL = { timeout: 90_000, interval: 100 }
const target = { kubeconfigPath: inject('kubeconfig'), kubectlPath: inject('kubectlPath') }
const asker = (id: string) => ({ id, team: 'T0TEST', channel: 'C0TEST' })
const SCALER = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: shop }
  minReplicas: 2
  maxReplicas: 6
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } } }]
`

describe('a whole rolling deployment', () => {
  const namespace = `rolling-${randomBytes(3).toString('hex')}`
  const service: Service = quickService(
    'shop',
    namespace,
    { kind: 'replicas' },
    { rolling: { batch: 1, observeMs: 3 * SECOND, monitorMs: 2 * SECOND, keepMs: 6 * SECOND, gate: 'approval' } },
  )
  const kubectl = (...args: readonly string[]) => mustKubectl(target, ['--namespace', namespace, ...args])
  let redis: TestRedis
  let running: RunningEngine
  const startBot = () =>
    startEngine({
      kubeconfigPath: target.kubeconfigPath,
      redisUrl: redis.url,
      prefix: `{${namespace}}`,
      services: [service],
      planned: [{ ...service, router: { kind: 'rolling' } }],
    })

  let runs = true
  const stopBot = async () => {
    if (runs) await running.stop()
    runs = false
  }

  beforeAll(async () => {
    await mustKubectl(target, ['create', 'namespace', namespace])
    const manifest = `${manifestOf(service, 'v1.9', 3)}---${SCALER}`
    await mustKubectl(target, ['--namespace', namespace, 'apply', '-f', '-'], manifest)
    await kubectl('rollout', 'status', 'deployment/shop', '--timeout=60s')
    redis = await startRedis()
    running = await startBot()
  })

  afterAll(async () => {
    await stopBot()
    await redis.stop()
    await mustKubectl(target, ['delete', 'namespace', namespace, '--wait=false'])
  })

  const begin = async (version: string): Promise<string> => {
    const intent = { verb: 'deploy', service: 'shop', version, strategy: 'rolling' } as const
    expect(await running.answer(intent, asker(ana.id))).toMatchObject({ kind: 'done' })
    const id = await running.engine.store.live('shop')
    if (!id) throw new Error('nothing is live')
    await reach(id, /^approve-/)
    expect(await running.answer({ verb: 'approve', service: 'shop' }, asker(ben.id))).toMatchObject({ kind: 'done' })
    return id
  }
  const reach = (id: string, step: RegExp) =>
    expect.poll(async () => (await running.load(id)).step, UNTIL).toMatch(step)
  /** The window of that pod is open. */
  const reachPod = (id: string, pod: number) =>
    expect
      .poll(async () => {
        const { step, rolled } = await running.load(id)
        return `${step} ${rolled?.wanted}`
      }, UNTIL)
      .toBe(`watch-pod ${pod}`)
  const read = (kind: string, name: string, path: string) => kubectl('get', kind, name, '-o', `jsonpath={${path}}`)
  const selector = async () => JSON.parse(await read('service', 'shop', '.spec.selector')) as unknown
  const versionNow = () => read('deployment', 'shop', '.spec.template.spec.containers[0].image')
  /** Sizes of the ReplicaSets that have pods, by version. */
  const sizes = async () => {
    const rows = await kubectl(
      ...['get', 'replicasets', '-o'],
      'jsonpath={range .items[*]}{.spec.template.spec.containers[0].image} {.spec.replicas}{"\\n"}{end}',
    )
    const pairs = rows.split('\n').flatMap((row) => {
      const [image = '', count = '0'] = row.split(' ')
      return count === '0' || image === '' ? [] : [[image.split(':').at(-1) ?? '', Number(count)] as const]
    })
    return Object.fromEntries(pairs)
  }
  /** Versions of the pods that the Service's ready addresses belong to, as its EndpointSlices say. */
  const served = async () => {
    const slices = await kubectl(
      ...['get', 'endpointslices', '-l', 'kubernetes.io/service-name=shop', '-o'],
      'jsonpath={range .items[*].endpoints[?(@.conditions.ready==true)]}{.targetRef.name}{"\\n"}{end}',
    )
    const pods = slices.split('\n').filter((name) => name !== '')
    const images = await Promise.all(pods.map((name) => read('pod', name, '.spec.containers[0].image')))
    return images.map((image) => image.split(':').at(-1)).sort()
  }
  /** Everything about the objects that were there before us but the image, as a person would read it. */
  const traces = async () => ({
    deployments: await kubectl('get', 'deployments', '-o', 'jsonpath={.items[*].metadata.name}'),
    spec: (await read('deployment', 'shop', '.spec')).replace(/shop:v[\d.]+/, 'shop'),
    selector: await selector(),
    minimum: await read('hpa', 'shop', '.spec.minReplicas'),
    marks: await read('service', 'shop', '.metadata.annotations.tminus\\.dev/revision'),
  })
  let before: Awaited<ReturnType<typeof traces>>

  it('replaces one pod after the other, paused in between, and leaves only another image', async () => {
    before = await traces()
    const id = await begin('v2.0')
    for (const [pod, expected] of [
      [1, { 'v1.9': 3, 'v2.0': 1 }],
      [2, { 'v1.9': 2, 'v2.0': 2 }],
      [3, { 'v1.9': 1, 'v2.0': 3 }],
    ] as const) {
      await reachPod(id, pod)
      expect(await sizes()).toEqual(expected)
      expect(await read('deployment', 'shop', '.spec.paused')).toBe('true')
      expect((await served()).filter((version) => version === 'v2.0')).toHaveLength(pod)
    }
    expect(await selector()).toEqual(before.selector)
    await running.ended(id, 'completed')
    expect(await versionNow()).toBe('registry.test/shop:v2.0')
    expect(await sizes()).toEqual({ 'v2.0': 3 })
    await expect.poll(async () => (await running.load(id)).keepUntil, UNTIL).toBeNull()
    await expect.poll(traces, UNTIL).toEqual(before)
    const told = running.chat.said.map((row) => row.text).join('\n')
    expect(told).toContain('Approval needed: the first pod of shop on v2.0')
  })

  it('goes back by itself for a breach in the middle', async () => {
    const id = await begin('v3.0')
    await reachPod(id, 2)
    running.store.setSickness('v3.0', 'errors')
    await running.ended(id, 'rolled-back')
    expect((await running.load(id)).goingBack?.trigger).toBe('critical')
    expect(await served()).toEqual(['v2.0', 'v2.0', 'v2.0'])
    expect(await sizes()).toEqual({ 'v2.0': 3 })
    expect(await traces()).toEqual(before)
  })

  it('restores the traffic though an old pod is unready', async () => {
    const id = await begin('v4.0')
    await reachPod(id, 1)
    const hash = (await running.load(id)).pin?.rollout?.hash
    const old = await kubectl(
      'get',
      'pods',
      '-l',
      `pod-template-hash=${hash}`,
      '-o',
      'jsonpath={.items[*].metadata.name}',
    )
    const pod = old.split(' ')[0] ?? ''
    await kubectl('annotate', 'pod', pod, 'tminus.test/sick-now=unready')
    const ready = () => read('pod', pod, '.status.conditions[?(@.type=="Ready")].status')
    await expect.poll(ready, UNTIL).toBe('False')
    running.store.setSickness('v4.0', 'errors')
    await expect.poll(async () => (await running.load(id)).goingBack?.restoredAt, UNTIL).toBeDefined()
    expect(new Set(await served())).toEqual(new Set(['v2.0']))
    // The bad pods go, though the old version is not complete.
    await expect.poll(sizes, UNTIL).toEqual({ 'v2.0': 3 })
    await kubectl('annotate', 'pod', pod, 'tminus.test/sick-now-')
    await running.ended(id, 'rolled-back')
    expect(await traces()).toEqual(before)
  })

  it('rolls nothing on while no bot runs, also when somebody resumes the rollout, and goes on afterwards', async () => {
    const id = await begin('v5.0')
    await reachPod(id, 1)
    await stopBot()
    await kubectl('rollout', 'resume', 'deployment/shop')
    const observed = async () =>
      (await read('deployment', 'shop', '.status.observedGeneration')) ===
      (await read('deployment', 'shop', '.metadata.generation'))
    await expect.poll(observed, UNTIL).toBe(true)
    for (let look = 0; look < 20; look += 1) expect(await sizes()).toEqual({ 'v2.0': 3, 'v5.0': 1 })
    running = await startBot()
    runs = true
    await running.ended(id, 'completed')
    expect(await sizes()).toEqual({ 'v5.0': 3 })
  })

  it('goes back by hand after its end, while the old version is kept', async () => {
    const id = await begin('v6.0')
    await running.ended(id, 'completed')
    const intent = { verb: 'rollback', service: 'shop', reason: 'customers complain' } as const
    expect(await running.answer(intent, asker(ana.id))).toMatchObject({ kind: 'done' })
    await running.ended(id, 'rolled-back')
    expect(await served()).toEqual(['v5.0', 'v5.0', 'v5.0'])
    expect(await versionNow()).toBe('registry.test/shop:v5.0')
    expect(await traces()).toEqual(before)
  })

  it('can be undone by hand, by the lines that an emergency prints when it may not write', async () => {
    const id = await begin('v7.0')
    await reachPod(id, 2)
    const cluster = kubernetesCluster({ kubeconfigPath: target.kubeconfigPath, clock: realClock() })
    const pinned = await cluster.pinned(service, AbortSignal.timeout(10_000))
    await cluster.close()
    await stopBot()
    expect(await sizes()).toEqual({ 'v5.0': 2, 'v7.0': 2 })
    for (const line of pinned?.byHand ?? []) {
      const typed = line.replace(/^kubectl/, `"${target.kubectlPath}" --kubeconfig "${target.kubeconfigPath}"`)
      await promisify(execFile)('sh', ['-c', typed])
    }
    expect(await served()).toEqual(['v5.0', 'v5.0', 'v5.0'])
    expect(await sizes()).toEqual({ 'v5.0': 3 })
    const { spec, selector } = await traces()
    expect({ spec, selector }).toEqual({ spec: before.spec, selector: before.selector })
  })
})
