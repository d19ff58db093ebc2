/** Finds what a crash left between a save and its enqueue: every open deployment gets its jobs again; repeats are one job. */
import { followUp } from '../ports/follow-up.ts'
import type { Engine } from './engine.ts'

/** Returns how many deployments were looked at. */
export async function sweep(engine: Pick<Engine, 'store' | 'queue' | 'clock'>): Promise<number> {
  const ids = await engine.store.open()
  for (const id of ids) {
    const deployment = await engine.store.load(id)
    if (deployment) await followUp(engine.queue, deployment, [], engine.clock.now())
  }
  return ids.length
}
