/** The job kinds and what each does: the table that a worker runs. */
import { setMaxListeners } from 'node:events'
import type { JobKind, Work } from '../ports/queue.ts'
import type { Engine } from './engine.ts'
import { guard } from './guard.ts'
import { moveDeployment } from './move.ts'
import type { Watches } from './watches.ts'

/** All checks of a step listen to one signal at the same time; Node warns above 10. */
const SIGNAL_LISTENERS = 100

/** `announce` is the edge's: it speaks Slack. */
export function jobTable(engine: Engine, announce: Work, watches: Watches | null): Readonly<Record<JobKind, Work>> {
  const move: Work = async ({ deployment }, signal) => {
    setMaxListeners(SIGNAL_LISTENERS, signal)
    await moveDeployment(engine, deployment, signal)
    const record = watches && (await engine.store.load(deployment))
    if (record) watches.follow(record)
  }
  return {
    advance: move,
    'way-back': move,
    'check-in': move,
    guard: async ({ deployment }, signal) => {
      await guard(engine, deployment, signal)
      const record = watches && (await engine.store.load(deployment))
      if (record) watches.follow(record)
    },
    announce,
  }
}
