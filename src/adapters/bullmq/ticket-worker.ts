/** Answers the tickets of one kind: asks the book what is to be run, runs it, tells the book. */
import { type Job as BullJob, UnrecoverableError, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Clock } from '../../ports/clock.ts'
import type { Job, JobKind, Work } from '../../ports/queue.ts'
import type { Interruptions } from './interruptions.ts'
import { parseTicketData } from './job-schema.ts'
import { reportErrors } from './report-errors.ts'
import type { Next, WakeBook } from './wake-book.ts'

/** Failed work is tried again after 0.25 s, 0.5 s, 1 s ... and then every 10 s, real time. */
const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 10_000
/** Checks for dead workers in the life of a lock: a job goes on elsewhere one lock and two checks after a kill, at most. */
const CHECKS_PER_LOCK = 3

export interface TicketWorkerSettings {
  /** Copied for each worker, which has two connections of its own: one to wait on, one to work with. */
  readonly connection: Redis
  readonly prefix: string
  readonly clock: Clock
  readonly concurrency: number
  readonly lockMs: number
  readonly book: WakeBook
  readonly interruptions: Interruptions
  readonly onError: (error: unknown, job?: Job) => void
}

/** Resolves when it takes jobs. */
export async function startTicketWorker(kind: JobKind, work: Work, settings: TicketWorkerSettings): Promise<Worker> {
  const { connection, prefix, concurrency, lockMs, onError } = settings
  const lost = new Map<string, AbortController>()
  const answer = async (ticket: BullJob) => {
    const id = ticket.id ?? ''
    const controller = new AbortController()
    lost.set(id, controller)
    try {
      return await answerTicket(ticket, id, controller.signal, work, settings)
    } finally {
      lost.delete(id)
    }
  }
  const worker = new Worker(kind, answer, {
    connection,
    prefix,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: Math.ceil(lockMs / CHECKS_PER_LOCK),
    // Work that kills its worker every time would never end; a person who looks at the queue sees it by then.
    maxStalledCount: 1_000,
    settings: { backoffStrategy: retryDelayMs },
  })
  reportErrors(worker, onError)
  // Somebody else takes the job now: what still runs here must stop writing.
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) lost.get(id)?.abort(new Error('the job was taken over by another worker'))
  })
  await worker.waitUntilReady()
  return worker
}

async function answerTicket(
  ticket: BullJob,
  id: string,
  lost: AbortSignal,
  work: Work,
  settings: TicketWorkerSettings,
) {
  const { book, clock, interruptions, onError } = settings
  const { identity, due } = ticketData(ticket)
  let ran = 0
  let next: Next = await book.take(identity, id, Math.max(due, clock.now()))
  while (next !== 'nothing') {
    // `retry` never comes first: only `fail` answers so, and that throws.
    if (next === 'retry') return ran
    const job: Job = next.run
    const interrupted = interruptions.listen(job)
    try {
      await work(job, AbortSignal.any([lost, interrupted.signal]))
      ran++
    } catch (error) {
      onError(error, job)
      const delay = retryDelayMs(ticket.attemptsMade + 1)
      next = await book.fail(identity, id, clock.now() + delay / clock.toRealMs(1))
      if (next === 'retry') throw error
      continue
    } finally {
      interrupted.stop()
    }
    next = await book.release(identity, id)
  }
  return ran
}

/** A ticket that is not ours can never be answered: trying again would not help. */
function ticketData(ticket: BullJob) {
  try {
    return parseTicketData(ticket.data)
  } catch (error) {
    throw new UnrecoverableError(`Job ${ticket.id} is not one of ours: ${String(error)}`)
  }
}

function retryDelayMs(attempts: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 10), LONGEST_RETRY_MS)
}
