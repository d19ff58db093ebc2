/** Keeps a cluster watch for each deployment that is guarded, and wakes the guard when its pods change. */
import type { Deployment } from '../playbook/deployment.ts'
import { guardJob, isGuarded } from '../ports/follow-up.ts'
import type { Engine } from './engine.ts'

export interface Watches {
  /** Starts or stops the watch that this deployment needs now. */
  follow(deployment: Deployment): void
  close(): void
}

export function makeWatches(engine: Pick<Engine, 'cluster' | 'queue' | 'log'>): Watches {
  const stops = new Map<string, () => void>()
  const wake = (deployment: Deployment) => {
    engine.queue
      .add(guardJob(deployment, 0))
      .catch((error: unknown) =>
        engine.log.warn({ deployment: deployment.id, error }, 'the guard could not be woken; its poll comes'),
      )
  }
  return {
    follow(deployment) {
      const stop = stops.get(deployment.id)
      if (isGuarded(deployment) && !stop)
        stops.set(
          deployment.id,
          engine.cluster.watch(deployment.plan.service, () => wake(deployment)),
        )
      if (!isGuarded(deployment) && stop) {
        stop()
        stops.delete(deployment.id)
      }
    },
    close() {
      for (const stop of stops.values()) stop()
      stops.clear()
    },
  }
}
