/** The BullMQ queues that tickets are put into: one for each kind of job, on one connection that answers in time. */
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Clock } from '../../ports/clock.ts'
import type { JobKind } from '../../ports/queue.ts'
import { reportErrors } from './report-errors.ts'
import type { Ticket } from './wake-book.ts'

/** Any number above 0: BullMQ takes jobs without a priority first. */
const NOT_URGENT = 10
/** Failed work is tried again for ever, as far as people are concerned. */
const ATTEMPTS = 1_000_000
/** What a queue dashboard can look back on. */
const KEPT = { completed: { age: 3_600, count: 500 }, failed: { age: 86_400, count: 500 }, events: 1_000 }

export interface TicketQueues {
  /** Durable once it resolves. Rejects at once when the connection is down. */
  enqueue(kind: JobKind, ticket: Ticket): Promise<void>
  close(): Promise<void>
}

export function ticketQueues(
  redis: Redis,
  prefix: string,
  clock: Clock,
  onError: (error: unknown) => void,
): TicketQueues {
  const queues = new Map<JobKind, Promise<Queue>>()

  const open = async (kind: JobKind) => {
    const queue = new Queue(kind, {
      connection: redis,
      prefix,
      // The connection's own settings decide how long a call may take; BullMQ would wait for ever.
      skipWaitingForReady: true,
      skipVersionCheck: true,
      streams: { events: { maxLen: KEPT.events } },
      defaultJobOptions: {
        attempts: ATTEMPTS,
        backoff: { type: 'custom' },
        stackTraceLimit: 1,
        removeOnComplete: KEPT.completed,
        removeOnFail: KEPT.failed,
      },
    })
    reportErrors(queue, onError)
    await queue.waitUntilReady()
    return queue
  }

  /** A BullMQ queue that could not look around at its start stays broken: then the next call opens another. */
  const queueOf = (kind: JobKind) => {
    const present = queues.get(kind)
    if (present) return present
    const opening = open(kind)
    queues.set(kind, opening)
    opening.catch(() => queues.delete(kind))
    return opening
  }

  return {
    enqueue: async (kind, { id, identity, due, urgent, job, replaces }) => {
      const queue = await queueOf(kind)
      const delay = Math.max(0, Math.ceil(clock.toRealMs(due - clock.now())))
      const jumps = urgent || kind === 'way-back'
      await queue.add(job.name, { identity, due }, { jobId: id, delay, ...(jumps ? {} : { priority: NOT_URGENT }) })
      // A superfluous ticket that stays finds nothing to do: its removal only saves room.
      if (replaces !== undefined) queue.remove(replaces).catch(() => {})
    },
    close: async () => {
      for (const opening of queues.values()) await opening.then((queue) => queue.close()).catch(() => {})
    },
  }
}
