/** Joins ports and rules into a running bot: the same joints for production, demo and rehearsal. */
import { announcer } from '../bot/announcer.ts'
import { answerWith } from '../handlers/answer.ts'
import type { Answer } from '../handlers/ask.ts'
import type { Engine } from '../jobs/engine.ts'
import { makeEyes } from '../jobs/eyes.ts'
import { sweep } from '../jobs/sweep.ts'
import { makeWatches } from '../jobs/watches.ts'
import { jobTable } from '../jobs/work.ts'
import type { Service } from '../playbook/service.ts'
import type { Chat } from '../ports/chat.ts'
import type { People } from '../ports/people.ts'

export interface Worker {
  /** Finds what a crash left behind; returns how many deployments were looked at. */
  sweep(): Promise<number>
  /** Resolves when no look at the pods is under way: on stepped time nothing else waits for one. */
  idle(): Promise<void>
  stop(): void
}

/** Starts working the queue, and looks once for what an earlier process left. */
export async function startWorker(engine: Engine, chat: Chat): Promise<Worker> {
  const { store, queue, clock, log } = engine
  const watches = makeWatches(engine)
  const eyes = makeEyes(engine)
  await queue.work(jobTable(engine, announcer({ store, chat, queue, clock, log }), { watches, eyes }))
  // A busy Redis at the start is no reason to die: jobs run already, and the next sweep comes within a minute.
  await sweep(engine).catch((error: unknown) =>
    log.warn({ error }, 'the first sweep failed; the next one comes in a minute'),
  )
  return {
    sweep: () => sweep(engine),
    idle: eyes.idle,
    stop() {
      eyes.close()
      watches.close()
    },
  }
}

export function makeAnswer(engine: Engine, people: People, services: readonly Service[], chat: Chat): Answer {
  const { store, queue, cluster, registry, incidents, probe, clock, log } = engine
  return answerWith({ store, queue, people, cluster, registry, chat, incidents, probe, clock, log, services })
}
