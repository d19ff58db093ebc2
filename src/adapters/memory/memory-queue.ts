/** The Queue port in memory, for rehearsals and stories: jobs run one after another, when told to, in a fixed order. */
import type { Clock } from '../../ports/clock.ts'
import type { Job, JobKind, Queue, Work } from '../../ports/queue.ts'
import { StoreUnavailable } from '../../ports/store.ts'
import { frozenCopy } from './frozen-copy.ts'

/** Failed work is tried again after 1 s, 2 s, 4 s, 8 s, then every 10 s of deployment time. */
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 10_000

export interface MemoryQueue extends Queue {
  /**
   * Runs the jobs that are due, one after another, until none is due; also those added meanwhile. Returns how many ran;
   * 0 before `work` and after `close`.
   */
  runDue(): Promise<number>
  /** When the next job is due, ms since the epoch in deployment time (a time that has passed: now); undefined when none waits. */
  nextAt(): number | undefined
}

export interface MemoryQueueSettings {
  readonly clock: Clock
  /** Hears of failed work, which is tried again. */
  readonly onError?: (error: unknown, job: Job) => void
}

interface Waiting {
  readonly job: Job
  /** Never before the moment it was added. */
  readonly due: number
  readonly sequence: number
  readonly failures: number
}

export function memoryQueue({ clock, onError = () => {} }: MemoryQueueSettings): MemoryQueue {
  const waiting = new Map<string, Waiting>()
  const active = new Map<Job, AbortController>()
  let handlers: Readonly<Record<JobKind, Work>> | undefined
  let round: Promise<number> | undefined
  let sequence = 0
  let closed = false

  const put = (job: Job, failures: number) => {
    const identity = `${job.kind} ${job.deployment} ${job.key}`
    const due = Math.max(job.at, clock.now())
    const present = waiting.get(identity)
    if (!present) return waiting.set(identity, { job: frozenCopy(job), due, sequence: sequence++, failures })
    const urgent = job.urgent || present.job.urgent
    if (due < present.due)
      waiting.set(identity, { job: frozenCopy({ ...job, urgent }), due, sequence: sequence++, failures })
    else if (urgent !== present.job.urgent)
      waiting.set(identity, { ...present, job: frozenCopy({ ...present.job, urgent }) })
    return undefined
  }

  const takeDue = (): Waiting | undefined => {
    let best: [string, Waiting] | undefined
    for (const entry of waiting) {
      if (entry[1].due <= clock.now() && (!best || goesBefore(entry[1], best[1]))) best = entry
    }
    if (best) waiting.delete(best[0])
    return best?.[1]
  }

  const perform = async ({ job, failures }: Waiting, work: Work) => {
    const controller = new AbortController()
    active.set(job, controller)
    try {
      await work(job, controller.signal)
    } catch (error) {
      onError(error, job)
      const wait = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS)
      if (!closed) put({ ...job, at: clock.now() + wait }, failures + 1)
    } finally {
      active.delete(job)
    }
  }

  const runRound = async () => {
    let ran = 0
    for (;;) {
      const next = closed || !handlers ? undefined : takeDue()
      if (!next || !handlers) return ran
      await perform(next, handlers[next.job.kind])
      ran++
    }
  }

  return {
    add: async (job) => {
      if (closed) throw new StoreUnavailable('The queue is closed.')
      put(job, 0)
    },
    interrupt: async (deployment, reason) => {
      for (const [job, controller] of active) {
        if (job.kind === 'advance' && job.deployment === deployment) controller.abort(new Error(reason))
      }
    },
    work: async (given) => {
      handlers = given
    },
    close: async () => {
      closed = true
      waiting.clear()
    },
    runDue: () => {
      round ??= runRound().finally(() => {
        round = undefined
      })
      return round
    },
    nextAt: () => {
      let first: number | undefined
      for (const { due } of waiting.values()) if (first === undefined || due < first) first = due
      return first
    },
  }
}

/** Urgent first, then by due time, then in the order they were added. */
function goesBefore(one: Waiting, other: Waiting): boolean {
  if (one.job.urgent !== other.job.urgent) return one.job.urgent
  return one.due !== other.due ? one.due < other.due : one.sequence < other.sequence
}
