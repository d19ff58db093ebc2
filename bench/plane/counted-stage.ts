/**
 * Beside the stage of the other rows, for the same control plane: a bot of its own that reaches the API server through a
 * counter, for each service under a kubeconfig context of its own. So every deployment is counted as if it were the only
 * one, though they run side by side; the witness, kubectl and the controllers go another way.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { redisStore } from '../../src/adapters/redis/redis-store.ts'
import { type Deployment, isLive } from '../../src/playbook/deployment.ts'
import { MINUTE } from '../../src/playbook/durations.ts'
import type { Service, Strategy } from '../../src/playbook/service.ts'
import type { Store } from '../../src/ports/store.ts'
import type { ControlPlane } from '../../test/control-plane/control-plane.ts'
import { followHttpRoutes } from '../../test/control-plane/gateway.ts'
import { mustKubectl } from '../../test/control-plane/kubectl.ts'
import { startRedis } from '../../test/redis-server.ts'
import { manifestOf } from '../../test/running/quick-service.ts'
import { type Child, startChild } from '../child.ts'
import type { ApiCounterApi } from '../processes/api-counter.ts'
import type { BotApi } from '../processes/bot.ts'
import type { QueryServerApi } from '../processes/query-server.ts'
import type { WorkspaceApi } from '../processes/workspace.ts'
import { closing } from './closing.ts'
import { theStage } from './stage.ts'
import { typeLine } from './type-line.ts'

/** How often each kind of request was made: `GET pods`, `PATCH services`. */
export type Counts = Readonly<Record<string, number>>

export interface Counted {
  readonly whole: Counts
  /** The beginning and the end of a minute of the last watch: nothing happens in it, the new version is watched. */
  readonly minute: { readonly before: Counts; readonly after: Counts }
  /** From the command until nothing is kept, ms. */
  readonly lastedMs: number
}

export interface CountedStage {
  /** Deploys the service and waits until its old version is kept no longer. */
  deployToTheEnd(service: Service, strategy: Strategy): Promise<Counted>
  close(): Promise<void>
}

const OLD_PODS = 3
const VERSION = 'v2.0'
/** Between two looks at the record, ms: the store is asked, not the API server. */
const LOOK_MS = 500
/** For what is still on its way, ms. */
const REST_MS = 2_000

export async function openCountedStage(services: readonly Service[]): Promise<CountedStage> {
  const { plane } = await theStage()
  const { kept, close } = closing()
  const folder = await kept(mkdtemp(join(tmpdir(), 'tminus-counted-')), (path) => rm(path, { recursive: true }))
  const redis = await kept(startRedis(), (started) => started.stop())
  const queries = await kept(startChild<QueryServerApi>('query-server'), (started) => started.kill())
  const workspace = await kept(startChild<WorkspaceApi>('workspace'), (started) => started.kill())
  const counter = await kept(startChild<ApiCounterApi>('api-counter'), (started) => started.kill())
  await kept(followHttpRoutes(plane.kubeconfigPath), (started) => started.stop())
  const store = await kept(Promise.resolve(redisStore({ url: redis.url })), (started) => started.close())
  const bot = await kept(startChild<BotApi>('bot'), (started) => started.kill())
  const kubeconfigPath = join(folder, 'kubeconfig.json')
  await writeFile(kubeconfigPath, await countedKubeconfig(plane, counter, services))
  await bot.call('start', {
    slack: await workspace.call('start', null),
    redisUrl: redis.url,
    prometheusUrl: (await queries.call('start', { thinkMs: 0 })).url,
    kubeconfigPath,
    role: 'all',
    services,
  })
  return {
    async deployToTheEnd(service, strategy) {
      const { name, namespace } = service
      await mustKubectl(plane, ['create', 'namespace', namespace])
      const manifest = manifestOf(service, 'v1.9', OLD_PODS)
      await mustKubectl(plane, ['--namespace', namespace, 'apply', '-f', '-'], manifest)
      await mustKubectl(plane, ['--namespace', namespace, 'rollout', 'status', `deployment/${name}`, '--timeout=60s'])
      const counted = () => counter.call('counted', { whose: name })
      const begun = performance.now()
      await typeLine(workspace, `/deploy ${name} ${VERSION} ${strategy}`)
      await reached(store, `${name}-1`, ({ step }) => step === 'watch-100')
      await pause(REST_MS)
      const before = await counted()
      await pause(MINUTE)
      const after = await counted()
      await reached(store, `${name}-1`, ({ status, keepUntil }) => status === 'completed' && keepUntil === null)
      const lastedMs = performance.now() - begun
      await pause(REST_MS)
      const whole = await counted()
      await mustKubectl(plane, ['delete', 'namespace', namespace, '--wait=false'])
      return { whole, minute: { before, after }, lastedMs }
    },
    close,
  }
}

async function reached(store: Store, id: string, there: (deployment: Deployment) => boolean): Promise<void> {
  for (;;) {
    const deployment = await store.load(id)
    if (deployment && there(deployment)) return
    if (deployment && !isLive(deployment) && deployment.status !== 'completed') {
      const told = (await store.timeline(id)).at(-1)?.text ?? ''
      throw new Error(`${id} is ${deployment.status} at ${deployment.step}: ${told}`)
    }
    await pause(LOOK_MS)
  }
}

/** A context for each service, named like it; all of them lead through the counter. */
async function countedKubeconfig(
  { serverUrl, caPath, token }: ControlPlane,
  counter: Child<ApiCounterApi>,
  services: readonly Service[],
): Promise<string> {
  if (caPath === null || token === null) throw new Error('the benchmarks need a control plane of their own')
  const url = await counter.call('start', { serverUrl, caPath })
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: services.map(({ name }) => ({
      name,
      cluster: { server: `${url}/${name}`, 'insecure-skip-tls-verify': true },
    })),
    users: [{ name: 'bot', user: { token } }],
    contexts: services.map(({ name }) => ({ name, context: { cluster: name, user: 'bot' } })),
    'current-context': services[0]?.name,
  })
}
