/** Whole canaries with each router on the real control plane, forward and back; kubectl is the witness. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { RouterSettings, Service } from '../../src/playbook/service.ts'
import { followHttpRoutes, type Gateway } from '../control-plane/gateway.ts'
import { mustKubectl } from '../control-plane/kubectl.ts'
import { ana, ben } from '../playbook/fixtures.ts'
import { startRedis, type TestRedis } from '../redis-server.ts'
import { type RunningEngine, startEngine } from '../running/engine-on-cluster.ts'
import { manifestOf, quickService } from '../running/quick-service.ts'

const UNTIL = { timeout: 90_000, interval: 100 }
const target = { kubeconfigPath: inject('kubeconfig'), kubectlPath: inject('kubectlPath') }
const asker = (id: string) => ({ id, team: 'T0TEST', channel: 'C0TEST' })

const ROUTERS: readonly (readonly [string, RouterSettings])[] = [
  ['replicas', { kind: 'replicas' }],
  ['istio', { kind: 'istio', virtualService: 'shop', by: 'host', stable: 'shop', canary: 'shop-canary' }],
  ['gateway-api', { kind: 'gateway-api', httpRoute: 'shop', stable: 'shop', canary: 'shop-canary' }],
  ['nginx', { kind: 'nginx', ingress: 'shop', stable: 'shop', canary: 'shop-canary' }],
]

describe.each(ROUTERS)('a whole canary with %s', (kind, router) => {
  const namespace = `canary-${kind}-${randomBytes(3).toString('hex')}`
  const service: Service = quickService('shop', namespace, router)
  const kubectl = (...args: readonly string[]) => mustKubectl(target, ['--namespace', namespace, ...args])
  let redis: TestRedis
  let running: RunningEngine
  let gateway: Gateway

  beforeAll(async () => {
    await mustKubectl(target, ['create', 'namespace', namespace])
    await mustKubectl(target, ['--namespace', namespace, 'apply', '-f', '-'], manifestOf(service, 'v1.9', 3))
    await kubectl('rollout', 'status', 'deployment/shop', '--timeout=60s')
    gateway = await followHttpRoutes(target.kubeconfigPath)
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
    await gateway.stop()
    await mustKubectl(target, ['delete', 'namespace', namespace, '--wait=false'])
  })

  const begin = async (version: string): Promise<string> => {
    const reply = await running.answer({ verb: 'deploy', service: 'shop', version, strategy: 'canary' }, asker(ana.id))
    expect(reply).toMatchObject({ kind: 'done' })
    const id = await running.engine.store.live('shop')
    if (!id) throw new Error('nothing is live')
    return id
  }
  const approve = async (id: string) => {
    await expect.poll(async () => (await running.load(id)).step, UNTIL).toMatch(/^approve-/)
    expect(await running.answer({ verb: 'approve', service: 'shop' }, asker(ben.id))).toMatchObject({ kind: 'done' })
  }
  const statusOf = async (id: string) => (await running.load(id)).status
  const workload = async () => {
    const [image, replicas, updated, available] = (
      await kubectl(
        'get',
        'deployment',
        'shop',
        '-o',
        'jsonpath={.spec.template.spec.containers[0].image} {.spec.replicas} {.status.updatedReplicas} {.status.availableReplicas}',
      )
    ).split(' ')
    return { image, replicas, updated, available }
  }
  const selector = async () =>
    JSON.parse(await kubectl('get', 'service', 'shop', '-o', 'jsonpath={.spec.selector}')) as unknown
  const deployments = async () =>
    (await kubectl('get', 'deployments', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ')
  /** The weights as kubectl shows them, `100 0` being home; null where pods alone divide. */
  const weights = async () => {
    if (router.kind === 'istio')
      return kubectl('get', 'virtualservice', 'shop', '-o', 'jsonpath={.spec.http[0].route[*].weight}')
    if (router.kind === 'gateway-api')
      return kubectl('get', 'httproute', 'shop', '-o', 'jsonpath={.spec.rules[0].backendRefs[*].weight}')
    if (router.kind === 'replicas') return null
    const weight = 'jsonpath={.metadata.annotations.nginx\\.ingress\\.kubernetes\\.io/canary-weight}'
    const given = await kubectl('get', 'ingress', 'shop-canary', '--ignore-not-found', '-o', weight)
    return given === '' ? '100 0' : `${100 - Number(given)} ${given}`
  }
  const home = kind === 'replicas' ? null : '100 0'
  const ingresses = async () => kubectl('get', 'ingress', '-o', 'name')

  it('goes from 5 to 100 %, leaves the workload on the new version, and no trace after the keep time', async () => {
    const before = await selector()
    const id = await begin('v2.0')
    await approve(id)
    await expect.poll(() => statusOf(id), UNTIL).toBe('completed')
    expect(await workload()).toMatchObject({
      image: 'registry.test/shop:v2.0',
      replicas: '3',
      updated: '3',
      available: '3',
    })
    expect(await deployments()).toEqual(['shop', 'shop-previous'])
    expect(await selector()).toEqual(before)
    expect(await weights()).toBe(home)
    await expect.poll(async () => (await running.load(id)).keepUntil, UNTIL).toBeNull()
    await expect.poll(deployments, UNTIL).toEqual(['shop'])
    expect(await ingresses()).not.toContain('shop-canary')
    const told = running.chat.said.map((row) => row.text).join('\n')
    expect(told).toContain('Approval needed: 5 %')
    expect(told).toContain('log lines of')
  })

  it('goes back by itself when the new version answers with errors', async () => {
    const before = await selector()
    const id = await begin('v3.0')
    await approve(id)
    await expect.poll(async () => (await running.load(id)).share.planned, UNTIL).toBeGreaterThanOrEqual(25)
    running.store.setSickness('v3.0', 'errors')
    await expect.poll(() => statusOf(id), UNTIL).toBe('rolled-back')
    expect((await running.load(id)).goingBack?.trigger).toBe('critical')
    expect(await workload()).toMatchObject({ image: 'registry.test/shop:v2.0', available: '3' })
    expect(await deployments()).toEqual(['shop'])
    expect(await selector()).toEqual(before)
    expect(await weights()).toBe(home)
  })

  it('restores the traffic though a stable pod is unready: nine good pods of ten beat a bad canary', async () => {
    const id = await begin('v4.0')
    await approve(id)
    await expect.poll(async () => (await running.load(id)).share.planned, UNTIL).toBeGreaterThanOrEqual(5)
    const [pod = ''] = (
      await kubectl('get', 'pods', '-l', 'app=shop,tminus.dev/slot!=canary', '-o', 'jsonpath={.items[*].metadata.name}')
    ).split(' ')
    await kubectl('annotate', 'pod', pod, 'tminus.test/sick-now=unready')
    running.store.setSickness('v4.0', 'errors')
    await expect.poll(() => statusOf(id), UNTIL).not.toMatch(/running|holding/)
    await expect.poll(async () => (await running.load(id)).goingBack?.restoredAt, UNTIL).toBeDefined()
    expect(await weights()).toBe(home)
    await kubectl('annotate', 'pod', pod, 'tminus.test/sick-now-')
    await expect.poll(() => statusOf(id), UNTIL).toBe('rolled-back')
  })

  // Past the promotion the way back is the Service's selector, the same for all: the contract has it for each router.
  if (kind === 'gateway-api' || kind === 'nginx') return

  it('rolls a completed deployment back by hand while the old version is kept', async () => {
    const before = await selector()
    const id = await begin('v5.0')
    await approve(id)
    await expect.poll(() => statusOf(id), UNTIL).toBe('completed')
    expect(
      await running.answer({ verb: 'rollback', service: 'shop', reason: 'customers complain' }, asker(ana.id)),
    ).toMatchObject({ kind: 'done' })
    await expect.poll(() => statusOf(id), UNTIL).toBe('rolled-back')
    expect(await workload()).toMatchObject({ image: 'registry.test/shop:v2.0', available: '3' })
    expect(await deployments()).toEqual(['shop'])
    expect(await selector()).toEqual(before)
  })
})
