/**
 * The stage of the rows that need a real control plane: API server and controllers, Redis, a metrics store that can be
 * switched, the Slack stand-in, and the bot with its workers, each a process of its own. Started once, for all rows.
 */
import type { Service } from '../../src/playbook/service.ts'
import { type ControlPlane, startControlPlane } from '../../test/control-plane/control-plane.ts'
import { mustKubectl } from '../../test/control-plane/kubectl.ts'
import { startRedis } from '../../test/redis-server.ts'
import { manifestOf } from '../../test/running/quick-service.ts'
import { type Child, startChild } from '../child.ts'
import type { BotApi } from '../processes/bot.ts'
import type { QueryServerApi } from '../processes/query-server.ts'
import type { WorkspaceApi } from '../processes/workspace.ts'
import { type PlaneApi, planeApi } from './api.ts'
import { NAMESPACE, SERVICES } from './services.ts'
import { typeLine } from './type-line.ts'
import { SCENES } from './variant-services.ts'
import { startWitness, type Witness } from './witness.ts'

export interface Stage {
  readonly plane: ControlPlane
  readonly api: PlaneApi
  readonly witness: Witness
  readonly workspace: Child<WorkspaceApi>
  readonly queries: Child<QueryServerApi>
  /** Brings services to where half of the traffic goes to the new version and is watched. */
  deploy(services: readonly Service[]): Promise<void>
}

const closing: (() => unknown)[] = []
let starting: Promise<Stage> | undefined

/** The one stage of this run, started when a row first asks. */
export function theStage(): Promise<Stage> {
  starting ??= start()
  return starting
}

export async function closeStage(): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close()
}

async function start(): Promise<Stage> {
  const plane = await startControlPlane()
  closing.push(() => plane.stop())
  const redis = await startRedis()
  closing.push(() => redis.stop())
  const queries = await startChild<QueryServerApi>('query-server')
  closing.push(() => queries.kill())
  const workspace = await startChild<WorkspaceApi>('workspace')
  closing.push(() => workspace.kill())
  const slack = await workspace.call('start', null)
  const { url: prometheusUrl } = await queries.call('start', { thinkMs: 0 })
  await plane.kubectl('create', 'namespace', NAMESPACE)
  const bot = await startChild<BotApi>('bot')
  closing.push(() => bot.kill())
  const { kubeconfigPath } = plane
  await bot.call('start', {
    slack,
    redisUrl: redis.url,
    prometheusUrl,
    kubeconfigPath,
    role: 'all',
    services: [...SERVICES, ...SCENES.flatMap(({ well, oldPodUnready }) => [...well, ...oldPodUnready])],
  })
  const api = planeApi(plane)
  const witness = startWitness(api, NAMESPACE)
  closing.push(() => witness.stop())
  const deploy = (services: readonly Service[]) => deployAll({ plane, workspace, witness }, services)
  return { plane, api, witness, workspace, queries, deploy }
}

const OLD_PODS = 2

async function deployAll(
  { plane, workspace, witness }: { plane: ControlPlane; workspace: Child<WorkspaceApi>; witness: Witness },
  services: readonly Service[],
): Promise<void> {
  const documents = services.map((service) => manifestOf(service, 'v1.9', OLD_PODS)).join('\n---\n')
  await mustKubectl(plane, ['--namespace', NAMESPACE, 'apply', '-f', '-'], documents)
  for (const { name } of services) await typeLine(workspace, `/deploy ${name} v2.0 canary`)
  await Promise.all(services.map(({ name }) => witness.weights(name, '50/50')))
}
