/**
 * One namespace with the shop in it, an engine that deploys it with no more rights than the README grants, a constant load
 * on it, and kubectl as the witness of all.
 */
import { randomBytes } from 'node:crypto'
import { expect, vi } from 'vitest'
import { realClock } from '../../src/adapters/clocks.ts'
import type { Reply } from '../../src/handlers/ask.ts'
import { SECOND } from '../../src/playbook/durations.ts'
import { blueGreenService } from '../../src/playbook/plan-blue-green.ts'
import { rollingService } from '../../src/playbook/plan-rolling.ts'
import type { Service, Strategy } from '../../src/playbook/service.ts'
import { type KubectlTarget, mustKubectl } from '../control-plane/kubectl.ts'
import { type PlaneUnderLoad, planeUnderLoad } from '../data-plane/plane-under-load.ts'
import { ana, ben } from '../playbook/fixtures.ts'
import { botAccount } from './bot-account.ts'
import { type RunningEngine, startEngine } from './engine-on-cluster.ts'
import { manifestOf, quickService } from './quick-service.ts'
import type { Variant } from './variants.ts'

const UNTIL = { timeout: 120_000, interval: 200 }

/** Tries again until the assertion holds; for tests that run side by side, where `expect.poll` does not know whose it is. */
export function eventually(assertion: () => Promise<void>): Promise<void> {
  return vi.waitFor(assertion, UNTIL)
}

/** Before the first deployment. */
export const FIRST = 'v1.9'

export interface Shop {
  readonly service: Service
  readonly running: RunningEngine
  readonly load: PlaneUnderLoad
  kubectl(...args: readonly string[]): Promise<string>
  /** Starts a deployment; its id. */
  begin(version: string): Promise<string>
  /** Waits until approval is asked for, and gives it. */
  approve(id: string): Promise<void>
  ask(intent: Parameters<RunningEngine['answer']>[0]): Promise<Reply>
  readonly ended: RunningEngine['ended']
  close(): Promise<void>
}

/** As a plan freezes it. */
const FROZEN: Readonly<Record<Strategy, (service: Service) => Service>> = {
  canary: (service) => service,
  'blue-green': blueGreenService,
  rolling: rollingService,
}

const asker = (id: string) => ({ id, team: 'T0TEST', channel: 'C0TEST' })

export async function openShop(target: KubectlTarget, redisUrl: string, variant: Variant): Promise<Shop> {
  const { strategy } = variant
  const router = variant.router('shop')
  const namespace = `${strategy}-${router.kind}-${randomBytes(3).toString('hex')}`
  const service = quickService('shop', namespace, router, {
    blueGreen: { monitorMs: 2 * SECOND, keepMs: 6 * SECOND, gate: 'approval', preview: [] },
    rolling: { batch: 1, observeMs: 2 * SECOND, monitorMs: 2 * SECOND, keepMs: 6 * SECOND, gate: 'approval' },
  })
  const kubectl = (...args: readonly string[]) => mustKubectl(target, ['--namespace', namespace, ...args])
  await mustKubectl(target, ['create', 'namespace', namespace])
  const manifest = manifestOf(service, FIRST, 3, { drains: true })
  await mustKubectl(target, ['--namespace', namespace, 'apply', '-f', '-'], manifest)
  await kubectl('rollout', 'status', 'deployment/shop', '--timeout=60s')
  const account = await botAccount(target, namespace)
  const running = await startEngine({
    kubeconfigPath: account.kubeconfigPath,
    redisUrl,
    prefix: `{${namespace}}`,
    services: [service],
    planned: [FROZEN[strategy](service)],
  })
  const { kubeconfigPath } = target
  const load = await planeUnderLoad({ service: 'shop', router }, { kubeconfigPath, namespace, clock: realClock() })
  return {
    service,
    running,
    load,
    kubectl,
    async begin(version) {
      const intent = { verb: 'deploy', service: 'shop', version, strategy } as const
      expect(await running.answer(intent, asker(ana.id))).toMatchObject({ kind: 'done' })
      const id = await running.engine.store.live('shop')
      if (!id) throw new Error('nothing is live')
      return id
    },
    async approve(id) {
      await eventually(async () => expect((await running.load(id)).step).toMatch(/^approve-/))
      expect(await running.answer({ verb: 'approve', service: 'shop' }, asker(ben.id))).toMatchObject({ kind: 'done' })
    },
    ask: (intent) => running.answer(intent, asker(ana.id)),
    ended: running.ended,
    async close() {
      await load.stop()
      await running.stop()
      await account.remove()
      await mustKubectl(target, ['delete', 'namespace', namespace, '--wait=false'])
    },
  }
}
