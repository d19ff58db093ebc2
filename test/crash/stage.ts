/** What outlives the bot: cluster, metrics, store, queue, chat and journals. And the bot on it, one incarnation after the other. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SteppedClock, steppedClock } from '../../src/adapters/clocks.ts'
import { kubernetesCluster } from '../../src/adapters/kubernetes/kubernetes-cluster.ts'
import { memoryStore } from '../../src/adapters/memory/memory-store.ts'
import { makeAnswer, startWorker } from '../../src/commands/compose.ts'
import { castOf } from '../../src/commands/rehearsal/cast.ts'
import { startWorld, type World } from '../../src/demo/world.ts'
import type { Intent, Reply } from '../../src/handlers/ask.ts'
import type { Engine } from '../../src/jobs/engine.ts'
import { MINUTE } from '../../src/playbook/durations.ts'
import type { Service } from '../../src/playbook/service.ts'
import type { Journal } from '../../src/ports/journal.ts'
import type { Store } from '../../src/ports/store.ts'
import { type RecordedChat, recordedChat } from '../running/recorded-chat.ts'
import { type Fate, type Life, life } from './life.ts'
import { mortalChat, mortalClock, mortalJournal, mortalLogin, mortalQueue, mortalStore } from './mortal-ports.ts'
import { type SurvivingQueue, survivingQueue } from './surviving-queue.ts'

export interface Incarnation {
  readonly life: Life
  /** Never settles once it is dead. */
  ask(intent: Intent, who: 'requester' | 'approver'): Promise<Reply>
  /** Does it wait for the clock? */
  waits(): boolean
}

export interface CrashStage {
  readonly clock: SteppedClock
  readonly world: World
  readonly store: Store
  readonly queue: SurvivingQueue
  readonly chat: RecordedChat
  readonly journal: readonly string[]
  readonly incidents: readonly string[]
  /** Every write that was sent, in order, by whichever incarnation. */
  readonly writes: readonly string[]
  readonly trouble: readonly unknown[]
  /** Starts the bot anew; resolves when it has started or is dead again. */
  begin(fate: Fate | null): Promise<Incarnation>
  stop(): Promise<void>
}

const START = Date.UTC(2026, 0, 15, 14)

export async function openCrashStage(service: Service): Promise<CrashStage> {
  const folder = mkdtempSync(join(tmpdir(), 'tminus-crash-'))
  const clock = steppedClock(START - 5 * MINUTE)
  const services = [service]
  const letTimePass = async (ready: () => boolean) => {
    while (!ready()) clock.advanceTo(clock.nextDeadline() ?? START)
    clock.advanceTo(START)
  }
  const world = await startWorld({
    clock,
    services,
    seed: 1,
    version: 'v1.9',
    replicas: 2,
    kubeconfigDir: folder,
    letTimePass,
  })
  const trouble: unknown[] = []
  const writes: string[] = []
  const queue = survivingQueue(clock, (error) => trouble.push(error))
  const store = memoryStore()
  const chat = recordedChat()
  const journal = linesOnce()
  const incidents = linesOnce()
  const lives: Life[] = []
  const closing: (() => Promise<void>)[] = []
  const cast = castOf(services)

  const begin: CrashStage['begin'] = async (fate) => {
    const alive = life(fate, (what) => writes.push(what))
    lives.push(alive)
    const ports = mortalClock(alive, clock)
    const cluster = kubernetesCluster({ clock: ports.clock, login: mortalLogin(alive, world.simulation.url) })
    closing.push(() => cluster.close())
    const engine: Engine = {
      store: mortalStore(alive, store),
      queue: mortalQueue(alive, queue.of(alive)),
      cluster: { ...cluster, watch: (_, changed) => watchUntilDeath(alive, world, service, changed) },
      metrics: {
        sample: (...args) => alive.read(() => world.metrics.sample(...args)),
        probe: (...args) => alive.read(() => world.metrics.probe(...args)),
        alerts: (...args) => alive.read(() => world.metrics.alerts(...args)),
      },
      registry: { resolve: (...args) => alive.read(() => world.registry.resolve(...args)) },
      eyes: world.eyes,
      probe: { get: (...args) => alive.read(() => world.probe.get(...args)) },
      journal: mortalJournal(alive, 'journal', journal),
      incidents: mortalJournal(alive, 'incidents', incidents),
      clock: ports.clock,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    }
    const mouth = mortalChat(alive, chat)
    const answer = makeAnswer(engine, cast.people, services, mouth)
    await Promise.race([startWorker(engine, mouth), alive.death])
    if (!alive.isDead()) queue.hand()
    return {
      life: alive,
      ask: (intent, who) => answer(intent, { id: cast[who].id, team: cast[who].team, channel: service.channel }),
      waits: ports.waits,
    }
  }
  return {
    clock,
    world,
    store,
    queue,
    chat,
    journal: journal.lines,
    incidents: incidents.lines,
    writes,
    trouble,
    begin,
    async stop() {
      for (const one of lives) one.die()
      for (const close of closing) await close()
      await world.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A journal as the file journal keeps it: the same key is never written twice. */
function linesOnce(): Journal & { readonly lines: string[] } {
  const keys = new Set<string>()
  const lines: string[] = []
  return {
    lines,
    async append(key, line) {
      if (!keys.has(key)) lines.push(line)
      keys.add(key)
    },
  }
}

/** Tells of changes of the service's pods, once a turn of the event loop, as the adapter's watch does. */
function watchUntilDeath(alive: Life, world: World, service: Service, changed: () => void): () => void {
  const seen = () => JSON.stringify(world.pods(service))
  let known = seen()
  let told = true
  const tell = () => {
    told = true
    const now = seen()
    if (!alive.isDead() && now !== known) changed()
    known = now
  }
  const stop = world.simulation.onChange(() => {
    if (told) queueMicrotask(tell)
    told = false
  })
  alive.onDeath(stop)
  return stop
}
