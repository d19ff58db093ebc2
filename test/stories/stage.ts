/**
 * A stage for stories on stepped time: the whole engine with its handlers on a simulated world, nothing faked between.
 * Unlike a rehearsal it stops where a story wants it to, so that something can go wrong there.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SteppedClock, steppedClock } from '../../src/adapters/clocks.ts'
import { kubernetesCluster } from '../../src/adapters/kubernetes/kubernetes-cluster.ts'
import { memoryQueue } from '../../src/adapters/memory/memory-queue.ts'
import { memoryStore } from '../../src/adapters/memory/memory-store.ts'
import { printMessage } from '../../src/bot/transcript.ts'
import { makeAnswer, startWorker } from '../../src/commands/compose.ts'
import { castOf } from '../../src/commands/rehearsal/cast.ts'
import { startWorld, type World } from '../../src/demo/world.ts'
import type { Intent, Reply } from '../../src/handlers/ask.ts'
import type { EmergencyParts } from '../../src/handlers/emergency-parts.ts'
import type { Engine } from '../../src/jobs/engine.ts'
import type { Deployment, TimelineEntry } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import { locateStep } from '../../src/playbook/plan.ts'
import type { Service } from '../../src/playbook/service.ts'
import { readingFaults } from '../reading.ts'
import { type RecordedChat, recordedChat } from '../running/recorded-chat.ts'
import { exampleServices } from './example-services.ts'

export interface Stage {
  readonly clock: SteppedClock
  readonly world: World
  readonly chat: RecordedChat
  readonly engine: Engine
  /** What an emergency beside the running engine would be given. */
  readonly parts: EmergencyParts
  /** Every save of the record, as it is saved. */
  readonly onSave: ((deployment: Deployment) => void)[]
  /** Awaited each time before the clock moves on: what lives beside the engine keeps up with it. */
  readonly meanwhile: (() => Promise<void>)[]
  ask(intent: Intent, who?: 'requester' | 'approver'): Promise<Reply>
  /** The deployment as recorded. */
  load(id?: string): Promise<Deployment>
  timeline(id?: string): Promise<readonly TimelineEntry[]>
  /** Lets time run until the record says so; a waiting approval is given by the second person. Throws after a day without it. */
  until(holds: (deployment: Deployment) => boolean, id?: string): Promise<Deployment>
  /** Lets so many ms go by, and all that is due in them happen. */
  pass(ms: number): Promise<void>
  /** What reached the channel itself. */
  loud(): readonly string[]
  /** An object of the simulated cluster, by its path; undefined when it is not there. */
  read(path: string): Promise<unknown>
  stop(): Promise<void>
}

export interface StageOptions {
  readonly services?: readonly Service[]
  /** Limit of one request to the API server, real ms. */
  readonly requestTimeoutMs?: number
}

const START = Date.UTC(2026, 0, 15, 14, 0, 0)
const LONGEST_MS = 26 * 60 * MINUTE

export async function openStage({
  services = exampleServices(),
  requestTimeoutMs = 10_000,
}: StageOptions = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'tminus-story-'))
  const clock = steppedClock(START - 5 * MINUTE)
  const letTimePass = async (ready: () => boolean) => {
    while (!ready()) clock.advanceTo(clock.nextDeadline() ?? START)
    clock.advanceTo(START)
  }
  const world = await startWorld({ clock, services, seed: 1, version: 'v1.9', kubeconfigDir: folder, letTimePass })
  const cluster = kubernetesCluster({ kubeconfigPath: world.kubeconfigPath, clock, requestTimeoutMs })
  const trouble: unknown[] = []
  const queue = memoryQueue({ clock, onError: (error) => trouble.push(error) })
  const chat = recordedChat()
  const store = memoryStore()
  const onSave: Stage['onSave'] = []
  const meanwhile: Stage['meanwhile'] = []
  const engine: Engine = {
    store: {
      ...store,
      async save(deployment, entries, expected) {
        const result = await store.save(deployment, entries, expected)
        if (result === 'saved') for (const tell of onSave) tell(deployment)
        return result
      },
    },
    queue,
    cluster: { ...cluster, watch: (_, changed) => world.simulation.onChange(changed) },
    eyes: world.eyes,
    metrics: world.metrics,
    registry: world.registry,
    probe: world.probe,
    journal: { append: async () => {} },
    incidents: { append: async () => {} },
    clock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  }
  const cast = castOf(services)
  const answer = makeAnswer(engine, cast.people, services, chat)
  const worker = await startWorker(engine, chat)

  const load = async (id = 'api-1') => {
    const deployment = await store.load(id)
    if (!deployment) throw new Error(`there is no ${id}`)
    return deployment
  }
  const ask: Stage['ask'] = (intent, who = 'approver') =>
    answer(intent, { id: cast[who].id, team: cast[who].team, channel: services[0]?.channel ?? '' })
  const approveIfAsked = async (deployment: Deployment) => {
    const want = locateStep(deployment.plan, deployment.step)?.step.want
    if (deployment.status !== 'running' || want?.do !== 'approve') return false
    return (await ask({ verb: 'approve', service: deployment.service })).kind === 'done'
  }
  const runDue = async () => {
    await worker.idle()
    await queue.runDue()
  }
  const next = () => Math.min(queue.nextAt() ?? Infinity, clock.nextDeadline() ?? Infinity)
  const moveTo = async (at: number) => {
    for (const keepUp of meanwhile) await keepUp()
    clock.advanceTo(Math.min(at, next()))
  }
  const complain = (what: string) =>
    new AggregateError(trouble, `${what}; ${trouble.length} failures, the last: ${String(trouble.at(-1))}`)

  return {
    clock,
    world,
    chat,
    engine,
    parts: { ...engine, chat },
    onSave,
    meanwhile,
    ask,
    load,
    timeline: (id = 'api-1') => store.timeline(id),
    async until(holds, id = 'api-1') {
      const patience = clock.now() + LONGEST_MS
      for (;;) {
        await runDue()
        const deployment = await load(id)
        if (holds(deployment)) return deployment
        if (trouble.length > 200) throw complain(`${id} does not get on at ${deployment.step}`)
        if (await approveIfAsked(deployment)) continue
        const at = next()
        if (at > patience) throw complain(`${id} is ${deployment.status} at ${deployment.step} and stays there`)
        await moveTo(at)
      }
    },
    async pass(ms) {
      const end = clock.now() + ms
      await runDue()
      do {
        await moveTo(end)
        await runDue()
      } while (clock.now() < end || next() <= end)
    },
    loud: () => chat.said.filter((row) => row.broadcast).map((row) => row.text),
    async read(path) {
      const response = await fetch(`${world.simulation.url}${path}`)
      return response.ok ? await response.json() : undefined
    },
    async stop() {
      world.simulation.setFault(undefined)
      worker.stop()
      await queue.close()
      await cluster.close()
      await world.stop()
      rmSync(folder, { recursive: true, force: true })
      // Whatever a story is about: all that it told must be readable.
      const faults = chat.said.flatMap((message) =>
        readingFaults(printMessage({ ...message, blocks: [] }, { width: Infinity })),
      )
      if (faults.length > 0) throw new Error(`Not well told:\n${[...new Set(faults)].join('\n')}`)
    },
  }
}

/** The service with windows of two minutes, for stories in which the length of a window does not matter. */
export function brisk(service: Service): Service {
  const steps = service.canary.steps.map((step) => ({ ...step, observeMs: 2 * MINUTE }))
  return { ...service, canary: { steps }, guard: { ...service.guard, pollMs: 60 * SECOND } }
}
