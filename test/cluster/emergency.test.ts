/**
 * `tminus emergency` as a process of its own, on the real control plane, while Redis is killed, was emptied, and Slack does
 * not answer; kubectl is the witness.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { MINUTE } from '../../src/playbook/durations.ts'
import { blueGreenService } from '../../src/playbook/plan-blue-green.ts'
import type { RouterSettings, Service } from '../../src/playbook/service.ts'
import { mustKubectl } from '../control-plane/kubectl.ts'
import { ana, ben } from '../playbook/fixtures.ts'
import { startRedis, type TestRedis } from '../redis-server.ts'
import { type RunningEngine, startEngine } from '../running/engine-on-cluster.ts'
import { manifestOf, quickService } from '../running/quick-service.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
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

interface Scene {
  readonly service: Service
  readonly redis: TestRedis
  readonly running: RunningEngine
  kubectl(...args: readonly string[]): Promise<string>
  /** The engine, as after a restart of its process. */
  again(): Promise<RunningEngine>
}

async function open(
  router: RouterSettings,
  stayAt: 25 | 100,
  strategy: 'canary' | 'blue-green' = 'canary',
): Promise<Scene> {
  const namespace = `emergency-${router.kind}-${randomBytes(3).toString('hex')}`
  const quick = quickService('shop', namespace, router)
  const steps = quick.canary.steps.map((step) =>
    step.percent === stayAt && stayAt < 100 ? { ...step, observeMs: 10 * MINUTE } : step,
  )
  const blueGreen = { ...quick.blueGreen, monitorMs: 10 * MINUTE }
  const service = { ...quick, canary: { steps }, blueGreen, keepMs: 10 * MINUTE }
  await mustKubectl(target, ['create', 'namespace', namespace])
  closing.push(() => mustKubectl(target, ['delete', 'namespace', namespace, '--wait=false']))
  const kubectl = (...args: readonly string[]) => mustKubectl(target, ['--namespace', namespace, ...args])
  await mustKubectl(target, ['--namespace', namespace, 'apply', '-f', '-'], manifestOf(service, 'v1.9', 3))
  await kubectl('rollout', 'status', 'deployment/shop', '--timeout=60s')
  const redis = await startRedis({ persist: true })
  closing.push(() => redis.stop())
  const again = async () => {
    const started = await startEngine({
      kubeconfigPath: target.kubeconfigPath,
      redisUrl: redis.url,
      prefix: '{tminus}',
      services: [service],
      ...(strategy === 'blue-green' && { planned: [blueGreenService(service)] }),
    })
    closing.push(() => started.stop())
    return started
  }
  const running = await again()
  await running.answer({ verb: 'deploy', service: 'shop', version: 'v2.0', strategy }, asker(ana.id))
  await expect.poll(async () => (await running.load('shop-1')).step, UNTIL).toMatch(/^approve-/)
  await running.answer({ verb: 'approve', service: 'shop' }, asker(ben.id))
  if (strategy === 'blue-green')
    await expect.poll(async () => (await running.load('shop-1')).step, UNTIL).toBe('watch-100')
  else if (stayAt === 25) await expect.poll(async () => (await running.load('shop-1')).step, UNTIL).toBe('watch-25')
  else await expect.poll(async () => (await running.load('shop-1')).status, UNTIL).toBe('completed')
  return { service, redis, running, kubectl, again }
}

/** The command as somebody types it: its own process, an address of Slack where nobody listens. */
async function tminus(scene: Scene, args: readonly string[] = ['--yes', '--reason', 'checkout is broken']) {
  const folder = await mkdtemp(join(tmpdir(), 'tminus-emergency-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  const { service } = scene
  const config = join(folder, 'tminus.yml')
  const incidents = join(folder, 'incidents.log')
  const catalogue = {
    incidents,
    services: {
      shop: {
        namespace: service.namespace,
        image: service.image,
        channel: service.channel,
        approvers: ['U0ANA', 'U0BEN'],
        router: service.router,
        timeouts: { drain: '1s' },
      },
    },
  }
  // YAML takes JSON.
  await writeFile(config, JSON.stringify(catalogue))
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/main.ts', 'emergency', 'shop', '--config', config, ...args],
    {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        KUBECONFIG: target.kubeconfigPath,
        REDIS_URL: scene.redis.url,
        SLACK_BOT_TOKEN: 'xoxb-nobody-listens-there',
        SLACK_API_URL: 'http://127.0.0.1:9/api/',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const exit = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  return { code, out, err, incidents: await readFile(incidents, 'utf8').catch(() => '') }
}

/** Version, size, names, selector and weights, as kubectl sees them. */
async function witness({ kubectl, service }: Scene) {
  const workload =
    '{.spec.template.spec.containers[0].image} {.spec.replicas} {.status.updatedReplicas} {.status.availableReplicas}'
  return {
    workload: await kubectl('get', 'deployment', 'shop', '-o', `jsonpath=${workload}`),
    names: await kubectl('get', 'deployments', '-o', 'jsonpath={.items[*].metadata.name}'),
    selector: JSON.parse(await kubectl('get', 'service', 'shop', '-o', 'jsonpath={.spec.selector}')) as unknown,
    weights:
      service.router.kind === 'istio'
        ? await kubectl('get', 'virtualservice', 'shop', '-o', 'jsonpath={.spec.http[0].route[*].weight}')
        : '100 0',
  }
}

const HOME = { workload: 'registry.test/shop:v1.9 3 3 3', names: 'shop', weights: '100 0' }

describe.each([['replicas', { kind: 'replicas' }] as const, ['istio', ISTIO] as const])(
  'an emergency with %s',
  (kind, router) => {
    const selector = kind === 'istio' ? { app: 'shop', track: 'stable' } : { app: 'shop' }

    it('restores at 25 % while Redis is killed and Slack does not answer, and the worker that comes back follows', async () => {
      const scene = await open(router, 25)
      await scene.redis.kill()
      const { code, out, incidents } = await tminus(scene)
      expect(out).toContain('Traffic is restored: v1.9 has all of it')
      expect(out).toContain('The record cannot be reached')
      expect(out).toContain('Slack is not told')
      expect(code, out).toBe(0)
      expect(incidents).toContain('shop: emergency rollback from v2.0 to v1.9')
      expect(await witness(scene)).toEqual({ ...HOME, selector })
      await scene.redis.restart()
      await expect
        .poll(
          () =>
            scene.running.load('shop-1').then(
              (one) => one.status,
              () => '',
            ),
          UNTIL,
        )
        .toBe('rolled-back')
      expect(await witness(scene)).toEqual({ ...HOME, selector })
    })

    it('restores after promotion from an empty Redis, and a second one finds nothing to do', async () => {
      const scene = await open(router, 100)
      await scene.running.stop()
      await scene.redis.kill()
      const empty = await startRedis()
      closing.push(() => empty.stop())
      const { code, out } = await tminus({ ...scene, redis: empty })
      expect(out).toContain('through the pods that were kept (shop-previous)')
      expect(out).toContain('The record knows nothing of shop-1')
      expect(out).toContain('shop v2.0 is blocked')
      expect(code, out).toBe(0)
      expect(await witness(scene)).toEqual({ ...HOME, selector })
      const second = await tminus({ ...scene, redis: empty })
      expect(second.code).toBe(1)
      expect(second.out).toContain(`kubectl --namespace ${scene.service.namespace} rollout undo deployment/shop`)
    })
  },
)

describe.each([['replicas', { kind: 'replicas' }] as const, ['istio', ISTIO] as const])(
  'an emergency while the live deployment is blue-green and the catalogue says %s',
  (_, router) => {
    it('switches back, and takes the idle colour and its preview Service away', async () => {
      const scene = await open(router, 100, 'blue-green')
      const before = await witness(scene)
      expect(before.selector).toMatchObject({ 'tminus.dev/slot': 'canary' })
      const { code, out } = await tminus(scene)
      expect(out).toContain('Traffic is restored: v1.9 has all of it')
      expect(code).toBe(0)
      expect(await witness(scene)).toMatchObject(HOME)
      const services = await scene.kubectl('get', 'services', '-o', 'jsonpath={.items[*].metadata.name}')
      expect(services.split(' ')).not.toContain('shop-preview')
      await expect.poll(async () => (await scene.running.load('shop-1')).status, UNTIL).toBe('rolled-back')
    })
  },
)

describe('an emergency whose record is there', () => {
  it('goes with the record: one deployment that was rolled back, its image blocked, and the next one goes through', async () => {
    const scene = await open({ kind: 'replicas' }, 25)
    const refused = await tminus(scene, ['--reason', 'nobody types the name'])
    expect(refused.code).toBe(1)
    expect((await scene.running.load('shop-1')).status).toBe('running')
    const { code, out } = await tminus(scene)
    expect(out).toContain('The record of shop-1 knows that it goes back.')
    expect(code, out).toBe(0)
    // Whoever is first tidies; the worker writes down the end of it a moment later.
    await scene.running.ended('shop-1', 'rolled-back')
    const record = await scene.running.load('shop-1')
    expect(record.goingBack?.detail).toBe('emergency rollback: checkout is broken')
    expect(await witness(scene)).toEqual({ ...HOME, selector: { app: 'shop' } })
    const again = { verb: 'deploy', service: 'shop', version: 'v2.0', strategy: 'canary' } as const
    expect(await scene.running.answer(again, asker(ana.id))).toMatchObject({ refusal: { code: 'version-blocked' } })
    await scene.running.answer({ ...again, version: 'v2.1' }, asker(ana.id))
    await expect.poll(async () => (await scene.running.load('shop-2')).step, UNTIL).toMatch(/^approve-/)
    await scene.running.answer({ verb: 'abort', service: 'shop' }, asker(ana.id))
    await expect.poll(async () => (await scene.running.load('shop-2')).status, UNTIL).toMatch(/rolled-back|refused/)
    expect(await scene.kubectl('get', 'deployment', 'shop', '-o', 'jsonpath={.metadata.annotations}')).not.toContain(
      'tminus.dev/pin',
    )
  }, 240_000)
})
