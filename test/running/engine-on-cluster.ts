/** The whole engine on a cluster: real Redis and BullMQ, the real Kubernetes adapter, simulated metrics fed by the cluster's true shares. */

import { setTimeout as sleep } from 'node:timers/promises'
import { bullmqQueue } from '../../src/adapters/bullmq/bullmq-queue.ts'
import { realClock } from '../../src/adapters/clocks.ts'
import { kubernetesCluster } from '../../src/adapters/kubernetes/kubernetes-cluster.ts'
import { ABSENT } from '../../src/adapters/kubernetes/slot-state.ts'
import { prometheusMetrics } from '../../src/adapters/prometheus/prometheus-metrics.ts'
import { redisStore } from '../../src/adapters/redis/redis-store.ts'
import { makeAnswer, startWorker } from '../../src/commands/compose.ts'
import { type SimulatedMetrics, startSimulatedMetrics } from '../../src/demo/metrics/simulated-metrics.ts'
import type { Answer } from '../../src/handlers/ask.ts'
import type { Engine } from '../../src/jobs/engine.ts'
import { type Deployment, isLive } from '../../src/playbook/deployment.ts'
import { versionOf } from '../../src/playbook/image.ts'
import type { Service } from '../../src/playbook/service.ts'
import type { Sighting } from '../../src/ports/cluster.ts'
import type { People } from '../../src/ports/people.ts'
import { ana, ben } from '../playbook/fixtures.ts'
import { type RecordedChat, recordedChat } from './recorded-chat.ts'

/** Longer than in production: eight engines, their cluster and their load share one machine. Real ms. */
const ANSWERED_WITHIN_MS = 5_000

export interface RunningEngine {
  readonly engine: Engine
  readonly chat: RecordedChat
  readonly answer: Answer
  readonly store: SimulatedMetrics
  /** The deployment as recorded; throws when there is none of that id. */
  load(id: string): Promise<Deployment>
  /** Waits until the record's status is this; fails at once when it ended otherwise (a completed one may still be rolled back), with all that was said and logged. */
  ended(id: string, status: Deployment['status'], withinMs?: number): Promise<void>
  stop(): Promise<void>
}

export interface RunningOptions {
  readonly kubeconfigPath: string
  readonly redisUrl: string
  readonly prefix: string
  readonly services: readonly Service[]
  /** The services as their plans freeze them, for the metrics to count by; those of the catalogue when absent. */
  readonly planned?: readonly Service[]
  readonly replace?: Partial<Engine>
}

const people: People = {
  lookup: async (id) => ({ id, name: id === ana.id ? ana.name : ben.name, team: 'T0TEST', kind: 'member' }),
}

export async function startEngine(options: RunningOptions): Promise<RunningEngine> {
  const clock = realClock()
  const { kubeconfigPath, redisUrl: url, prefix, services } = options
  const cluster = kubernetesCluster({ kubeconfigPath, clock })
  const truth = await followTruth(cluster.look, options.planned ?? services)
  const store = await startSimulatedMetrics({ clock, seed: 1, source: truth.source })
  const errors: unknown[] = []
  const warnings: string[] = []
  const note = (details: object, text: string) => void warnings.push(`${text} ${JSON.stringify(details)}`)
  const engine: Engine = {
    store: redisStore({ url, prefix, commandTimeoutMs: ANSWERED_WITHIN_MS }),
    queue: bullmqQueue({ url, prefix, clock, role: 'all', onError: (error) => errors.push(error) }),
    cluster,
    eyes: cluster.eyes,
    metrics: prometheusMetrics({ url: store.url, clock }),
    registry: { resolve: async () => ({ kind: 'unknown', why: 'the registry of this test answers nothing' }) },
    probe: { get: async () => ({ kind: 'answered', status: 200, ms: 1, body: 'ok' }) },
    journal: { append: async () => {} },
    incidents: { append: async () => {} },
    clock,
    log: { debug() {}, info() {}, warn: note, error: note },
    ...options.replace,
  }
  const chat = recordedChat()
  const story = () => [...chat.said.map((row) => row.text), ...warnings].join('\n')
  const load = async (id: string): Promise<Deployment> => {
    const deployment = await engine.store.load(id)
    if (!deployment) throw new Error(`no ${id}; trouble so far: ${errors.map(String).join('; ')}`)
    return deployment
  }
  const worker = await startWorker(engine, chat)
  return {
    engine,
    chat,
    answer: makeAnswer(engine, people, services, chat),
    store,
    load,
    async ended(id, status, withinMs = 120_000) {
      const until = Date.now() + withinMs
      for (;;) {
        const deployment = await load(id)
        if (deployment.status === status) return
        if ((!isLive(deployment) && deployment.status !== 'completed') || Date.now() > until)
          throw new Error(`${id} is ${deployment.status} at ${deployment.step}, not ${status}. Told:\n${story()}`)
        await sleep(200)
      }
    },
    async stop() {
      worker.stop()
      await engine.queue.close()
      await engine.store.close()
      truth.stop()
      await store.stop()
      await cluster.close()
    },
  }
}

/** What the cluster really gives each version, looked at often, for the simulated metrics to count by. */
async function followTruth(look: Engine['cluster']['look'], services: readonly Service[]) {
  const sightings = new Map<string, Sighting>()
  const refresh = async () => {
    for (const service of services)
      sightings.set(
        service.serviceName,
        await look(service, AbortSignal.timeout(10_000)).catch(() => sightings.get(service.serviceName) ?? EMPTY),
      )
  }
  await refresh()
  const timer = setInterval(() => void refresh(), 250)
  return {
    stop: () => clearInterval(timer),
    source: {
      shares: (_: string, name: string) => sharesByVersion(sightings.get(name)),
      pods: () =>
        [...sightings.values()].flatMap((sighting) =>
          Object.values(sighting.slots).flatMap((slot) =>
            slot.pods.map((pod) => ({ name: pod.name, version: versionOf(slot.image ?? ''), ready: pod.ready })),
          ),
        ),
    },
  }
}

const EMPTY: Sighting = {
  at: 0,
  watched: false,
  slots: { stable: ABSENT, canary: ABSENT, previous: ABSENT },
  shares: null,
}

function sharesByVersion(sighting: Sighting | undefined): Record<string, number> {
  const shares: Record<string, number> = {}
  if (!sighting?.shares) return shares
  for (const slot of ['stable', 'canary', 'previous'] as const) {
    const version = versionOf(sighting.slots[slot].image ?? '')
    const share = sighting.shares[slot] / 100
    if (share > 0) shares[version] = (shares[version] ?? 0) + share
  }
  return shares
}
