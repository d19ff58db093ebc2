/** The job kinds and what each does: the table that a worker runs. */
import { setMaxListeners } from 'node:events'
import type { JobKind, Work } from '../ports/queue.ts'
import type { Engine } from './engine.ts'
import type { OpenEyes } from './eyes.ts'
import { guard } from './guard.ts'
import { moveDeployment } from './move.ts'
import type { Watches } from './watches.ts'

/** All checks of a step listen to one signal at the same time; Node warns above 10. */
const SIGNAL_LISTENERS = 100

/** Who keeps an eye on the deployments that this process works on; null: nobody. */
export interface Followers {
  readonly watches: Watches | null
  readonly eyes: OpenEyes | null
}

/** `announce` is the edge's: it speaks Slack. */
export function jobTable(
  engine: Engine,
  announce: Work,
  { watches, eyes }: Followers,
): Readonly<Record<JobKind, Work>> {
  const follow = async (id: string) => {
    const record = (watches || eyes) && (await engine.store.load(id))
    if (!record) return
    watches?.follow(record)
    eyes?.follow(record)
  }
  const move: Work = async ({ deployment }, signal) => {
    setMaxListeners(SIGNAL_LISTENERS, signal)
    await moveDeployment(engine, deployment, signal)
    await follow(deployment)
  }
  return {
    advance: move,
    'way-back': move,
    'check-in': move,
    guard: async ({ deployment }, signal) => {
      await guard(engine, deployment, signal)
      await follow(deployment)
    },
    announce,
  }
}
