/** What only blue-green does, on the real control plane, with kubectl as the witness; see whole-deployments for the rest. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
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
const BESIDE = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: allow-web }
spec: { podSelector: { matchLabels: { app: shop } }, ingress: [{}] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: shop }
  minReplicas: 2
  maxReplicas: 6
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } } }]
`

describe('a whole blue-green deployment', () => {
  const namespace = `blue-green-${randomBytes(3).toString('hex')}`
  const service: Service = quickService(
    'shop',
    namespace,
    { kind: 'replicas' },
    {
      blueGreen: {
        monitorMs: 4 * SECOND,
        keepMs: 6 * SECOND,
        gate: 'approval',
        preview: ['http://shop-preview/$version/health'],
      },
    },
  )
  const kubectl = (...args: readonly string[]) => mustKubectl(target, ['--namespace', namespace, ...args])
  let redis: TestRedis
  let running: RunningEngine

  beforeAll(async () => {
    await mustKubectl(target, ['create', 'namespace', namespace])
    const manifest = `${manifestOf(service, 'v1.9', 3)}---${BESIDE}`
    await mustKubectl(target, ['--namespace', namespace, 'apply', '-f', '-'], manifest)
    await kubectl('rollout', 'status', 'deployment/shop', '--timeout=60s')
    redis = await startRedis()
    running = await startEngine({
      kubeconfigPath: target.kubeconfigPath,
      redisUrl: redis.url,
      prefix: `{${namespace}}`,
      services: [service],
    })
  })

  afterAll(async () => {
    await running.stop()
    await redis.stop()
    await mustKubectl(target, ['delete', 'namespace', namespace, '--wait=false'])
  })

  const begin = async (version: string): Promise<string> => {
    const intent = { verb: 'deploy', service: 'shop', version, strategy: 'blue-green' } as const
    expect(await running.answer(intent, asker(ana.id))).toMatchObject({ kind: 'done' })
    const id = await running.engine.store.live('shop')
    if (!id) throw new Error('nothing is live')
    return id
  }
  const reach = (id: string, step: RegExp) =>
    expect.poll(async () => (await running.load(id)).step, UNTIL).toMatch(step)
  const approve = async (id: string) => {
    await reach(id, /^approve-/)
    expect(await running.answer({ verb: 'approve', service: 'shop' }, asker(ben.id))).toMatchObject({ kind: 'done' })
  }
  const read = (kind: string, name: string, path: string) => kubectl('get', kind, name, '-o', `jsonpath={${path}}`)
  const selector = async (name = 'shop') => JSON.parse(await read('service', name, '.spec.selector')) as unknown
  const names = async (kind: string) =>
    (await kubectl('get', kind, '-o', 'jsonpath={.items[*].metadata.name}')).split(' ')
  const versionNow = () => read('deployment', 'shop', '.spec.template.spec.containers[0].image')
  /** Versions of the pods that the Service's ready addresses belong to, as its EndpointSlices say. */
  const served = async () => {
    const slices = await kubectl(
      ...['get', 'endpointslices', '-l', 'kubernetes.io/service-name=shop', '-o'],
      'jsonpath={range .items[*].endpoints[?(@.conditions.ready==true)]}{.targetRef.name}{"\\n"}{end}',
    )
    const pods = slices.split('\n').filter((name) => name !== '')
    const images = await Promise.all(pods.map((name) => read('pod', name, '.spec.containers[0].image')))
    return [...new Set(images.map((image) => image.split(':').at(-1)))].sort()
  }
  /** Everything about the objects that were there before us, as a person would read it. */
  const traces = async () => ({
    deployments: await names('deployments'),
    services: await names('services'),
    selector: await selector(),
    labels: await read('deployment', 'shop', '.spec.template.metadata.labels'),
    minimum: await read('hpa', 'shop', '.spec.minReplicas'),
    replicas: await read('deployment', 'shop', '.spec.replicas'),
    marks: await read('service', 'shop', '.metadata.annotations.tminus\\.dev/revision'),
  })
  let before: Awaited<ReturnType<typeof traces>>

  it('takes a plain Deployment over, switches once, and leaves it plain and on the new version', async () => {
    before = await traces()
    const id = await begin('v2.0')
    await reach(id, /^approve-/)
    // Consent is asked for with both colours whole, and nothing of the old one touched.
    expect(await names('deployments')).toEqual(['shop', 'shop-canary'])
    expect(await names('services')).toEqual(['shop', 'shop-preview'])
    expect(await read('deployment', 'shop-canary', '.status.availableReplicas')).toBe('3')
    expect(await selector()).toEqual(before.selector)
    expect(await served()).toEqual(['v1.9'])
    expect(await read('hpa', 'shop', '.spec.minReplicas')).toBe('3')
    await approve(id)
    await reach(id, /^watch-100$/)
    expect(await served()).toEqual(['v2.0'])
    expect(await selector()).toEqual({ 'tminus.dev/slot': 'canary', 'tminus.dev/workload': 'shop' })
    await running.ended(id, 'completed')
    expect(await versionNow()).toBe('registry.test/shop:v2.0')
    expect(await names('deployments')).toEqual(['shop', 'shop-previous'])
    expect(await names('services')).toEqual(['shop'])
    await expect.poll(async () => (await running.load(id)).keepUntil, UNTIL).toBeNull()
    await expect.poll(traces, UNTIL).toEqual(before)
    const told = running.chat.said.map((row) => row.text).join('\n')
    expect(told).toContain('Approval needed: 100 % of shop traffic to v2.0')
    const checked = JSON.stringify(await running.engine.store.timeline(id))
    expect(checked).toContain('NetworkPolicy allow-web finds pods by labels that the new ones lack')
  })
})
