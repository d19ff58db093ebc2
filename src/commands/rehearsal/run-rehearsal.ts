/** Drives one deployment through stepped time: run what is due, let people answer, jump to the next deadline. */
import { type SteppedClock, steppedClock } from '../../adapters/clocks.ts'
import { type MemoryQueue, memoryQueue } from '../../adapters/memory/memory-queue.ts'
import { memoryStore } from '../../adapters/memory/memory-store.ts'
import { chatAsTypedHere } from '../../bot/as-typed-here.ts'
import { parseCommand } from '../../bot/command/parse-command.ts'
import { drawParseFault } from '../../bot/views/fault.ts'
import { drawReply } from '../../bot/views/reply.ts'
import type { Catalogue } from '../../config.ts'
import { type FaultName, startWorld, type World } from '../../demo/world.ts'
import type { Answer, Intent } from '../../handlers/ask.ts'
import type { Engine } from '../../jobs/engine.ts'
import type { Deployment } from '../../playbook/deployment.ts'
import { DAY, MINUTE, SECOND } from '../../playbook/durations.ts'
import { nextStep } from '../../playbook/next-step.ts'
import { locateStep } from '../../playbook/plan.ts'
import type { Service } from '../../playbook/service.ts'
import { makeAnswer, startWorker, type Worker } from '../compose.ts'
import { type Cast, castOf } from './cast.ts'
import { type TerminalChat, terminalChat } from './terminal-chat.ts'

/** `answered`: the line asked for a plan, the status or help, and got it. */
export type RehearsalEnd = 'completed' | 'rolled-back' | 'refused' | 'held' | 'answered'

export interface Rehearsal {
  readonly line: string
  readonly sickness: { readonly fault: FaultName; readonly at: number } | null
  readonly answers: readonly ('approver' | 'requester' | 'nobody')[]
  readonly catalogue: Catalogue
  readonly print: (line: string) => void
  /** For the kubeconfig of the simulated cluster. */
  readonly folder: string
}

/** Every rehearsal starts at the same moment, so that transcripts can be compared. */
const START = Date.UTC(2026, 0, 15, 14, 0, 0)
/** Before the first line is typed, the old version's pods have started. */
const SETTLING_MS = 5 * MINUTE
/** Beside its windows nothing in a playbook takes longer; what has not ended by then waits for a person. */
const LONGEST_MS = 3 * DAY
/** Reminders that a rehearsal listens to before it takes the hold for the end. */
const REMINDERS_HEARD = 2
/** Some thousand looks less: still more often than the metrics are asked. */
const EYES_MS = 4 * SECOND
const SEED = 20_260_115

export async function runRehearsal(rehearsal: Rehearsal): Promise<RehearsalEnd> {
  const clock = steppedClock(START - SETTLING_MS)
  const services = rehearsal.catalogue.services.map(withQuietPoll)
  const letTimePass = async (ready: () => boolean) => {
    while (!ready()) clock.advanceTo(clock.nextDeadline() ?? START)
    clock.advanceTo(START)
  }
  const world = await startWorld({
    clock,
    services,
    seed: SEED,
    version: 'v1.9',
    kubeconfigDir: rehearsal.folder,
    letTimePass,
  })
  try {
    return await new Stage(rehearsal, clock, services, world).play()
  } finally {
    await world.stop()
  }
}

/** The simulation tells of each change as it happens, so the poll beneath it may be slow: some hundred looks in all. */
function withQuietPoll(service: Service): Service {
  const pollMs = Math.max(service.guard.pollMs, MINUTE, service.keepMs / 200)
  const quiet = { ...service, guard: { ...service.guard, pollMs } }
  const { eyes } = service
  return eyes ? { ...quiet, eyes: { ...eyes, intervalMs: Math.max(eyes.intervalMs, EYES_MS) } } : quiet
}

/** The service that the line names; the first one when it names none. */
function serviceMeant({ line, catalogue }: Rehearsal, services: readonly Service[]): Service | undefined {
  const parsed = parseCommand(line, services, catalogue.slack.command)
  const name = parsed.ok && 'service' in parsed.intent ? parsed.intent.service : undefined
  return services.find((service) => service.name === name) ?? services[0]
}

/** How long a deployment watches and keeps, when nothing is amiss. */
function windowsMs({ canary, monitorMs, keepMs }: Service): number {
  return canary.steps.reduce((sum, step) => sum + step.observeMs, monitorMs + keepMs)
}

class Stage {
  readonly #rehearsal: Rehearsal
  readonly #clock: SteppedClock
  readonly #services: readonly Service[]
  readonly #world: World
  readonly #queue: MemoryQueue
  readonly #chat: TerminalChat
  readonly #meant: Service | undefined
  readonly #cast: Cast
  readonly #engine: Engine
  readonly #answer: Answer
  readonly #answered = new Set<string>()
  #failures: unknown[] = []
  #sick = false

  constructor(rehearsal: Rehearsal, clock: SteppedClock, services: readonly Service[], world: World) {
    this.#rehearsal = rehearsal
    this.#clock = clock
    this.#services = services
    this.#world = world
    this.#meant = serviceMeant(rehearsal, services)
    this.#cast = castOf(services, this.#meant)
    this.#queue = memoryQueue({ clock, onError: (error) => this.#failures.push(error) })
    const { command } = rehearsal.catalogue.slack
    const terminal = terminalChat({ clock, print: rehearsal.print, names: this.#cast.names })
    this.#chat = { ...terminal, ...chatAsTypedHere(terminal, command) }
    const { cluster, eyes, metrics, registry, probe } = world
    const watched = { ...cluster, watch: (_: Service, changed: () => void) => world.simulation.onChange(changed) }
    this.#engine = {
      store: memoryStore(),
      queue: this.#queue,
      cluster: watched,
      eyes,
      metrics,
      registry,
      probe,
      journal: { append: async () => {} },
      incidents: { append: async () => {} },
      clock,
      log: SILENT,
    }
    this.#answer = makeAnswer(this.#engine, this.#cast.people, services, this.#chat)
  }

  async play(): Promise<RehearsalEnd> {
    const worker = await startWorker(this.#engine, this.#chat)
    try {
      const opened = await this.#open()
      return typeof opened === 'string' ? opened : await this.#run(opened.id, worker)
    } finally {
      worker.stop()
    }
  }

  /** Types the line; what came of it, where that is no deployment. */
  async #open(): Promise<{ readonly id: string } | 'answered' | 'refused'> {
    const { line } = this.#rehearsal
    const { command } = this.#rehearsal.catalogue.slack
    this.#chat.act(`${this.#cast.requester.name} types`, line)
    const parsed = parseCommand(line, this.#services, command)
    if (!parsed.ok) {
      this.#chat.whisper(this.#cast.requester.name, drawParseFault(parsed.fault))
      return 'refused'
    }
    const reply = await this.#ask(parsed.intent, 'requester')
    if (reply.kind === 'refused') return 'refused'
    const id = parsed.intent.verb === 'deploy' ? await this.#engine.store.live(parsed.intent.service) : undefined
    return id === undefined ? 'answered' : { id }
  }

  async #ask(intent: Intent, who: 'requester' | 'approver', pressed = false) {
    const person = this.#cast[who]
    const reply = await this.#answer(intent, {
      id: person.id,
      team: person.team,
      channel: this.#meant?.channel ?? '',
    })
    // Of a button only a refusal is told: the card and the thread tell what was done.
    if (!pressed || reply.kind !== 'done')
      this.#chat.whisper(
        person.name,
        drawReply(reply, { catalogue: this.#services, commandName: this.#rehearsal.catalogue.slack.command }),
      )
    return reply
  }

  async #run(id: string, worker: Worker): Promise<RehearsalEnd> {
    for (;;) {
      await worker.idle()
      await this.#queue.runDue()
      if (this.#failures.length > 50)
        throw new AggregateError(
          this.#failures,
          `the rehearsal of ${id} does not get on: ${String(this.#failures.at(-1))}`,
        )
      const deployment = await this.#engine.store.load(id)
      if (!deployment) throw new Error(`${id} is gone`)
      this.#fallIll(deployment)
      const end = this.#endOf(deployment)
      if (end) return end
      if (await this.#letPeopleAnswer(deployment)) continue
      this.#jump()
    }
  }

  #fallIll({ share, version }: Deployment): void {
    const { sickness } = this.#rehearsal
    if (!sickness || this.#sick || share.planned < sickness.at) return
    this.#sick = true
    this.#rehearsal.print('')
    this.#rehearsal.print(`>> ${version} falls ill: ${sickness.fault}`)
    this.#world.setFault(version, sickness.fault, true)
  }

  #endOf(deployment: Deployment): RehearsalEnd | undefined {
    if (deployment.status === 'refused' || deployment.status === 'rolled-back')
      return this.#quiet() ? deployment.status : undefined
    if (deployment.status === 'completed')
      return this.#quiet() && nextStep(deployment, this.#clock.now()).kind === 'finished' ? 'completed' : undefined
    const forgotten = this.#clock.now() - START > LONGEST_MS + windowsMs(deployment.plan.service)
    return forgotten || (deployment.hold?.reminders ?? 0) >= REMINDERS_HEARD ? 'held' : undefined
  }

  /** Has everything been told? */
  #quiet(): boolean {
    return this.#queue.nextAt() === undefined
  }

  async #letPeopleAnswer(deployment: Deployment): Promise<boolean> {
    const step = locateStep(deployment.plan, deployment.step)?.step
    if (deployment.status !== 'running' || step?.want.do !== 'approve') return false
    const turn = this.#answered.size
    const who = this.#rehearsal.answers[Math.min(turn, this.#rehearsal.answers.length - 1)] ?? 'approver'
    const key = `${step.id} ${turn}`
    if (who === 'nobody' || turn > 20) return false
    this.#answered.add(key)
    this.#chat.act(`${this.#cast[who].name} presses`, `[Approve] (${step.purpose})`)
    const reply = await this.#ask(
      { verb: 'approve', service: deployment.service, card: { deployment: deployment.id, step: step.id } },
      who,
      true,
    )
    // Refused, and nobody else is in the list: then nobody answers.
    if (reply.kind === 'refused' && turn + 1 >= this.#rehearsal.answers.length)
      for (let rest = turn + 1; rest <= 20; rest += 1) this.#answered.add(`nobody ${rest}`)
    return true
  }

  #jump(): void {
    const times = [this.#queue.nextAt(), this.#clock.nextDeadline()].filter((time) => time !== undefined)
    if (times.length === 0) throw new Error('nothing is left to wait for, and the deployment has not ended')
    this.#clock.advanceTo(Math.min(...times))
  }
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
