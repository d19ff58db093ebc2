/** Interruptions travel over a Redis channel to whatever process runs the deployment's `advance` job. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Job } from '../../ports/queue.ts'

const message = z.object({ deployment: z.string(), reason: z.string() })

export interface Interruptions {
  /** Hears of interruptions of this job until `stop`; only `advance` jobs are ever interrupted. */
  listen(job: Job): { readonly signal: AbortSignal; stop(): void }
  /** Resolves when the channel is heard; hears again after each loss of the connection. */
  start(): Promise<void>
}

export function interruptionChannel(prefix: string): string {
  return `${prefix}:interrupt`
}

export function interruptionMessage(deployment: string, reason: string): string {
  return JSON.stringify({ deployment, reason } satisfies z.infer<typeof message>)
}

export function interruptions(subscriber: Redis, prefix: string, onError: (error: unknown) => void): Interruptions {
  const running = new Map<Job, AbortController>()
  subscriber.on('message', (_channel: string, text: string) => {
    try {
      const { deployment, reason } = message.parse(JSON.parse(text))
      for (const [job, controller] of running) {
        if (job.deployment === deployment) controller.abort(new Error(reason))
      }
    } catch (error) {
      onError(error)
    }
  })
  return {
    listen: (job) => {
      const controller = new AbortController()
      if (job.kind === 'advance') running.set(job, controller)
      return { signal: controller.signal, stop: () => void running.delete(job) }
    },
    start: async () => {
      await subscriber.subscribe(interruptionChannel(prefix))
    },
  }
}
