/** Other hands on a live canary, with the tools that they use: real kubectl, server-side apply, a real HPA; the whole engine on the real control plane. */
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { MINUTE } from '../../src/playbook/durations.ts'
import type { RouterSettings } from '../../src/playbook/service.ts'
import { mustKubectl } from '../control-plane/kubectl.ts'
import { ana, ben } from '../playbook/fixtures.ts'
import { startRedis } from '../redis-server.ts'
import { startEngine } from '../running/engine-on-cluster.ts'
import { manifestOf, quickService } from '../running/quick-service.ts'

const UNTIL = { timeout: 90_000, interval: 100 }
const target = { kubeconfigPath: inject('kubeconfig'), kubectlPath: inject('kubectlPath') }
const asker = (id: string) => ({ id, team: 'T0TEST', channel: 'C0TEST' })

const ISTIO: RouterSettings = {
  kind: 'istio',
  virtualService: 'shop',
  by: 'host',
  stable: 'shop',
  canary: 'shop-canary',
}

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A canary that stays at 25 %. */
async function open() {
  const namespace = `meddling-${randomBytes(3).toString('hex')}`
  const quick = quickService('shop', namespace, ISTIO)
  const steps = quick.canary.steps.map((step) => (step.percent === 25 ? { ...step, observeMs: 10 * MINUTE } : step))
  const service = { ...quick, canary: { steps } }
  const kubectl = (args: readonly string[], stdin?: string) =>
    mustKubectl(target, ['--namespace', namespace, ...args], stdin)
  await mustKubectl(target, ['create', 'namespace', namespace])
  closing.push(() => mustKubectl(target, ['delete', 'namespace', namespace, '--wait=false']))
  const manifest = manifestOf(service, 'v1.9', 3)
  await kubectl(['apply', '-f', '-'], manifest)
  await kubectl(['rollout', 'status', 'deployment/shop', '--timeout=60s'])
  const redis = await startRedis()
  closing.push(() => redis.stop())
  const { kubeconfigPath } = target
  const running = await startEngine({ kubeconfigPath, redisUrl: redis.url, prefix: '{tminus}', services: [service] })
  closing.push(() => running.stop())
  await running.answer({ verb: 'deploy', service: 'shop', version: 'v2.0', strategy: 'canary' }, asker(ana.id))
  await expect.poll(async () => (await running.load('shop-1')).step, UNTIL).toMatch(/^approve-/)
  await running.answer({ verb: 'approve', service: 'shop' }, asker(ben.id))
  await expect.poll(async () => (await running.load('shop-1')).step, UNTIL).toBe('watch-25')
  return {
    manifest,
    kubectl,
    load: () => running.load('shop-1'),
    say: (verb: 'resume' | 'rollback') => running.answer({ verb, service: 'shop' }, asker(ben.id)),
    told: async () => (await running.engine.store.timeline('shop-1')).map((entry) => entry.text).join('\n'),
    weights: () => kubectl(['get', 'virtualservice', 'shop', '-o', 'jsonpath={.spec.http[0].route[*].weight}']),
  }
}

/** The documents of a manifest that are of this kind. */
function only(manifest: string, kind: string): string {
  return manifest
    .split('\n---\n')
    .filter((text) => text.includes(`kind: ${kind}`))
    .join('\n---\n')
}

describe('a canary at 25 %', () => {
  it('holds when Argo CD applies its source over the route, and writes its share again after a resume', async () => {
    const { manifest, kubectl, load, say, told, weights } = await open()
    const apply = ['apply', '--server-side', '--force-conflicts', '--field-manager=argocd-controller', '-f', '-']
    await kubectl(apply, only(manifest, 'VirtualService'))
    await expect.poll(async () => (await load()).hold?.reason, UNTIL).toBe('changed')
    expect(await told()).toMatch(/was 25 % and is 0 % now, written by Argo CD \(argocd-controller, \d{4}-/)
    expect(await weights()).toBe('100 0')
    await say('resume')
    await expect.poll(weights, UNTIL).toBe('75 25')
    expect((await load()).status).toBe('running')
    await say('rollback')
    await expect.poll(async () => (await load()).status, UNTIL).toBe('rolled-back')
    expect(await weights()).toBe('100 0')
  })

  it('holds for a person with kubectl and for an HPA that is new, and goes back whatever stands there', async () => {
    const { kubectl, load, say, told } = await open()
    await kubectl(['set', 'image', 'deployment/shop', 'shop=registry.test/shop:v1.9-hotfix'])
    await expect.poll(async () => (await load()).hold?.reason, UNTIL).toBe('changed')
    expect(await told()).toContain(
      'is registry.test/shop:v1.9-hotfix now, written by somebody with kubectl set (kubectl-set',
    )
    await kubectl(['autoscale', 'deployment', 'shop', '--min=5', '--max=8', '--cpu-percent=70'])
    await expect.poll(told, UNTIL).toContain('was 3 and is 5 now, written by the HorizontalPodAutoscaler')
    await kubectl(['delete', 'hpa', 'shop'])
    await say('rollback')
    await expect.poll(async () => (await load()).status, UNTIL).toBe('rolled-back')
    const workload = '{.spec.template.spec.containers[0].image} {.spec.replicas}'
    expect(await kubectl(['get', 'deployment', 'shop', '-o', `jsonpath=${workload}`])).toBe('registry.test/shop:v1.9 3')
  })
})
