/** The Queue port on BullMQ: one queue and one worker for each kind of job, so that a backlog of one never delays another. */
import type { Clock } from '../../ports/clock.ts'
import type { Job, JobKind, Queue } from '../../ports/queue.ts'
import { answerInTime } from '../redis/answer-in-time.ts'
import { connectRedis } from '../redis/connect-redis.ts'
import { interruptionChannel, interruptionMessage, interruptions } from './interruptions.ts'
import { JOB_KINDS } from './job-schema.ts'
import { ticketQueues } from './ticket-queues.ts'
import { startTicketWorker } from './ticket-worker.ts'
import { type WakeBook, wakeBook } from './wake-book.ts'
import { workerPool } from './worker-pool.ts'

export interface BullmqQueueSettings {
  readonly url: string
  /** In front of every key. The braces make it one hash tag: all keys in one slot of a Redis Cluster. Default `{tminus}`. */
  readonly prefix?: string
  readonly clock: Clock
  /** `bot` adds jobs and works none. */
  readonly role: 'bot' | 'worker' | 'all'
  /** Jobs of one kind that run at the same time in this process. Default 20. */
  readonly concurrency?: number
  /**
   * How long a worker that says nothing is believed to live, real ms. Default 3 s: with the checks on top, a killed
   * worker's job goes on elsewhere within 5 s.
   */
  readonly lockMs?: number
  /** `add` has answered, or thrown StoreUnavailable, after so many real ms. Default 500. */
  readonly commandTimeoutMs?: number
  /** Hears of failed work (which is tried again) and, once each, of outages of Redis. */
  readonly onError: (error: unknown, job?: Job) => void
}

/** Workers wait longer for the book than people do for an answer. */
const WORKER_PATIENCE_MS = 5_000

export function bullmqQueue(settings: BullmqQueueSettings): Queue {
  const { url, prefix = '{tminus}', clock, role, onError } = settings
  const { concurrency = 20, lockMs = 3_000, commandTimeoutMs = 500 } = settings
  const redis = connectRedis(url, 'answer', onError)
  const pool = role === 'bot' ? undefined : workerPool(connectRedis(url, 'work', onError))
  const queues = ticketQueues(redis, prefix, clock, onError)
  const inTime = <T>(ask: () => Promise<T>) => answerInTime(redis, commandTimeoutMs, ask)

  const patientBook = (kind: JobKind): WakeBook => {
    const book = wakeBook(redis, prefix, kind)
    const patiently = <T>(ask: () => Promise<T>) => answerInTime(redis, WORKER_PATIENCE_MS, ask)
    return {
      put: (...args) => patiently(() => book.put(...args)),
      take: (...args) => patiently(() => book.take(...args)),
      release: (...args) => patiently(() => book.release(...args)),
      fail: (...args) => patiently(() => book.fail(...args)),
    }
  }

  return {
    add: (job) =>
      inTime(async () => {
        const ticket = await wakeBook(redis, prefix, job.kind).put(job, clock.now())
        if (ticket) await queues.enqueue(job.kind, ticket)
      }),
    interrupt: async (deployment, reason) => {
      const send = () => redis.publish(interruptionChannel(prefix), interruptionMessage(deployment, reason))
      // Best effort: what was decided is in the record, and the next step reads it.
      await inTime(send).catch(onError)
    },
    work: async (handlers) => {
      if (!pool) return
      const heard = interruptions(pool.connection, prefix, onError)
      await heard.start()
      const shared = { connection: pool.connection, prefix, clock, concurrency, lockMs, interruptions: heard, onError }
      for (const kind of JOB_KINDS) {
        pool.add(await startTicketWorker(kind, handlers[kind], { ...shared, book: patientBook(kind) }))
      }
    },
    close: async () => {
      await pool?.close()
      await queues.close()
      redis.disconnect()
    },
  }
}
