/**
 * Beside the stage of the other rows, for the same control plane: a bot of its own whose metrics come from a real
 * Prometheus that scrapes real programs at the addresses of the pods.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { mustKubectl } from '../../test/control-plane/kubectl.ts'
import { startPrometheus } from '../../test/prometheus-target/real-prometheus.ts'
import { startRedis } from '../../test/redis-server.ts'
import { manifestOf } from '../../test/running/quick-service.ts'
import { type Child, startChild } from '../child.ts'
import type { BotApi } from '../processes/bot.ts'
import type { PodAppsApi } from '../processes/pod-apps.ts'
import type { WorkspaceApi } from '../processes/workspace.ts'
import { closing } from './closing.ts'
import { badResponseServices, NAMESPACE } from './services.ts'
import { type Stage, theStage } from './stage.ts'
import { typeLine } from './type-line.ts'
import type { Witness } from './witness.ts'

export interface MeasuredStage {
  readonly witness: Witness
  readonly apps: Child<PodAppsApi>
  /** Deploys these to where half of the traffic goes to the new version, and sends it there. */
  bringHalfTheTraffic(names: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** Requests a second to the new version of one service. */
export const PER_SECOND = 40
const SCRAPE_SECONDS = 15
/** A rate needs two scrapes. */
const TWO_SCRAPES_MS = (2 * SCRAPE_SECONDS + 5) * 1_000
const OLD_PODS = 2
const NEW_PODS = 2

export async function openMeasuredStage(names: readonly string[]): Promise<MeasuredStage> {
  const { plane, api, witness } = await theStage()
  const { kept, close } = closing()
  const redis = await kept(startRedis(), (started) => started.stop())
  const apps = await kept(startChild<PodAppsApi>('pod-apps'), (started) => started.kill())
  const { port, discovery } = await apps.call('start', null)
  const sd = { discovery: (others: boolean) => `${discovery}/${others ? 'others' : 'pods'}` }
  const prometheus = await kept(startPrometheus(sd, [], SCRAPE_SECONDS), (started) => started.stop())
  const workspace = await kept(startChild<WorkspaceApi>('workspace'), (started) => started.kill())
  const bot = await kept(startChild<BotApi>('bot'), (started) => started.kill())
  const services = badResponseServices(port).filter(({ name }) => names.includes(name))
  const manifests = services.map((service) => manifestOf(service, 'v1.9', OLD_PODS)).join('\n---\n')
  await mustKubectl(plane, ['--namespace', NAMESPACE, 'apply', '-f', '-'], manifests)
  const stage = { api, witness, apps }
  for (const name of names) await openPods(stage, name, false, OLD_PODS)
  await bot.call('start', {
    slack: await workspace.call('start', null),
    redisUrl: redis.url,
    prometheusUrl: prometheus.url,
    kubeconfigPath: plane.kubeconfigPath,
    role: 'all',
    services,
  })
  await pause(TWO_SCRAPES_MS)
  return {
    witness,
    apps,
    bringHalfTheTraffic: (asked) => bringAll(stage, workspace, asked),
    close,
  }
}

type Parts = Pick<Stage, 'api' | 'witness'> & Pick<MeasuredStage, 'apps'>

async function bringAll(parts: Parts, workspace: Child<WorkspaceApi>, names: readonly string[]): Promise<void> {
  const type = (line: string) => typeLine(workspace, line)
  // The pods are ready a moment before the deployment asks.
  const approve = async (name: string) => {
    for (let tries = 0; tries < 100; tries += 1) {
      const said = await type(`/deploy approve ${name}`)
      if (said.includes('Approved')) return
      if (tries === 99) throw new Error(`${name} was not approved: ${said}`)
      await pause(200)
    }
  }
  for (const name of names) await type(`/deploy ${name} v2.0 canary`)
  for (const name of names) await openPods(parts, name, true, NEW_PODS)
  // Nobody reads the pods before they have traffic: by now they are where their programs are.
  for (const name of names) await approve(name)
  await Promise.all(names.map((name) => parts.witness.weights(name, '50/50')))
  for (const service of names) await parts.apps.call('load', { service, perSecond: PER_SECOND })
}

/**
 * Waits for the pods, starts a program for each, and writes its address into the pod's status. They stand behind their Service
 * by then: the API server takes no loopback address into an EndpointSlice, and so no other change of it either.
 */
async function openPods({ api, witness, apps }: Parts, name: string, canary: boolean, count: number): Promise<void> {
  const pods = await witness.servingPods(name, canary, count)
  const addresses = await apps.call('add', { namespace: NAMESPACE, service: name, pods, old: !canary })
  for (const [index, pod] of pods.entries()) {
    const ip = addresses[index]
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod}/status`
    await api.patch(path, { status: { podIP: ip, podIPs: [{ ip }] } })
  }
}
