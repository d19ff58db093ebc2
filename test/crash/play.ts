/** One whole run: from the command to the last check-in, with a bot that dies where it is told to and is started again. */
import { setImmediate as turn } from 'node:timers/promises'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { HOUR, MINUTE } from '../../src/playbook/durations.ts'
import { type Act, actsOf, type Ending } from './endings.ts'
import type { Fate } from './life.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { type CrashStage, type Incarnation, openCrashStage } from './stage.ts'
import type { Variant } from './variants.ts'

export interface Played {
  readonly outcome: Outcome
  /** Every write that was sent, in order. */
  readonly writes: readonly string[]
  /** How many of them were sent when the last act was played. */
  readonly before: number
  /** How often the bot was started again. */
  readonly restarts: number
  /** How often somebody asked for something: once more where the bot died before it had heard. */
  readonly asked: number
}

/** `fates`: of the first incarnation, the second and so on; those after them live on. */
export async function play(variant: Variant, ending: Ending, fates: readonly Fate[] = []): Promise<Played> {
  const stage = await openCrashStage(variant.service)
  try {
    const run = new Run(stage, actsOf(variant, ending), fates)
    await run.toTheEnd()
    return {
      outcome: await outcomeOf(stage, variant.service),
      writes: [...stage.writes],
      before: run.before,
      restarts: run.restarts,
      asked: run.asked,
    }
  } finally {
    await stage.stop()
  }
}

/** Nothing takes longer than check-ins do. */
const LONGEST_MS = 26 * HOUR

class Run {
  readonly #stage: CrashStage
  readonly #acts: readonly Act[]
  readonly #fates: readonly Fate[]
  #bot: Incarnation | undefined
  /** Acts are played in order; this many were heard. */
  #heard = 0
  #asking = false
  /** How often somebody asked for something. */
  asked = 0
  restarts = -1
  before = 0

  constructor(stage: CrashStage, acts: readonly Act[], fates: readonly Fate[]) {
    this.#stage = stage
    this.#acts = acts
    this.#fates = fates
  }

  async toTheEnd(): Promise<void> {
    const { clock, queue } = this.#stage
    const patience = clock.now() + LONGEST_MS
    for (;;) {
      const bot = await this.#living()
      await this.#settle(bot)
      if (bot.life.isDead() || (await this.#act(bot))) continue
      if (await this.#isOver(bot)) break
      const at = Math.min(queue.nextAt() ?? Infinity, clock.nextDeadline() ?? Infinity)
      if (at > patience || this.#stage.trouble.length > 20)
        throw new AggregateError(
          this.#stage.trouble,
          `it does not come to an end: ${String(this.#stage.trouble.at(-1))}`,
        )
      clock.advanceTo(at)
    }
    clock.advanceTo(clock.now() + MINUTE)
  }

  async #living(): Promise<Incarnation> {
    while (!this.#bot || this.#bot.life.isDead()) {
      this.restarts += 1
      this.#asking = false
      this.#bot = await this.#stage.begin(this.#fates[this.restarts] ?? null)
    }
    return this.#bot
  }

  /** Until nothing is due, nothing is under way, or the bot is dead. */
  async #settle({ life }: Incarnation): Promise<void> {
    for (let quiet = 0; quiet < 2 && !life.isDead(); quiet += 1) {
      const ran = await Promise.race([this.#stage.queue.runDue(), life.death])
      await turn()
      if (ran !== 0 || life.isBusy()) quiet = -1
    }
  }

  /** Plays the next act when its time has come. */
  async #act(bot: Incarnation): Promise<boolean> {
    const act = this.#acts[this.#heard]
    if (!act || this.#asking) return false
    const deployment = await this.#deployment()
    // The bot died over it; but what was said was written down.
    if ('asks' in act && act.shown(deployment)) {
      this.#heard += 1
      return true
    }
    if (!act.when(deployment)) return false
    if (this.#heard === this.#acts.length - 1 && this.before === 0) this.before = this.#stage.writes.length
    if ('happens' in act) {
      act.happens(this.#stage.world)
      this.#heard += 1
      return true
    }
    this.#asking = true
    this.asked += 1
    void bot.ask(act.asks, act.who).then(() => {
      this.#asking = false
      this.#heard += 1
    })
    return true
  }

  async #deployment(): Promise<Deployment | undefined> {
    const { store } = this.#stage
    const id = await store.latest('api')
    return id === undefined ? undefined : store.load(id)
  }

  async #isOver(bot: Incarnation): Promise<boolean> {
    if (this.#heard < this.#acts.length || bot.waits()) return false
    return this.#stage.queue.nextAt() === undefined && (await this.#stage.store.open()).length === 0
  }
}
