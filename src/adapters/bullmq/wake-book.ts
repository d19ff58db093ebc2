/** The book of what waits and what runs for one kind of job: the scripts of wake-scripts.ts, with types. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Job, JobKind } from '../../ports/queue.ts'
import { type RedisScript, runScript } from '../redis/redis-script.ts'
import { parseJob } from './job-schema.ts'
import { FAIL, PUT, RELEASE, TAKE } from './wake-scripts.ts'

/** An alarm to set: a BullMQ job with this id. */
export interface Ticket {
  readonly id: string
  readonly identity: string
  /** Deployment time, ms since the epoch. */
  readonly due: number
  readonly urgent: boolean
  readonly job: Job
  /** The ticket that is superfluous now. */
  readonly replaces: string | undefined
}

/** The next job to run under the same ticket; `retry`: the failed one, later; `nothing`: the ticket is done. */
export type Next = { readonly run: Job } | 'retry' | 'nothing'

const putReply = z.union([
  z.tuple([z.literal('covered')]),
  z.tuple([z.literal('enqueue'), z.string(), z.coerce.number(), z.enum(['0', '1']), z.string(), z.string()]),
])
const nextReply = z.union([z.tuple([z.literal('run'), z.string()]), z.tuple([z.enum(['retry', 'nothing'])])])

export interface WakeBook {
  /** Notes that a run is wanted. Undefined: one that is soon enough is noted already, or it runs after the present one. */
  put(job: Job, now: number): Promise<Ticket | undefined>
  /** A ticket rings; `by` is deployment time. */
  take(identity: string, ticket: string, by: number): Promise<Next>
  release(identity: string, ticket: string): Promise<Next>
  fail(identity: string, ticket: string, retryAt: number): Promise<Next>
}

export function wakeBook(redis: Redis, prefix: string, kind: JobKind): WakeBook {
  const keys = [`${prefix}:waiting:${kind}`, `${prefix}:busy:${kind}`]
  const jobPrefix = `${prefix}:${kind}:`
  const next = async (script: RedisScript, identity: string, ...args: (string | number)[]): Promise<Next> => {
    const [outcome, job] = nextReply.parse(await runScript(redis, script, keys, [identity, jobPrefix, ...args]))
    return outcome === 'run' ? { run: parseJob(job) } : outcome
  }
  return {
    put: async (job, now) => {
      const identity = JSON.stringify([job.deployment, job.key])
      const due = Math.max(Math.ceil(job.at), now)
      const args = [identity, jobPrefix, due, now, Number(job.urgent), JSON.stringify(job), label(job)]
      const reply = putReply.parse(await runScript(redis, PUT, [...keys, `${prefix}:tickets`], args))
      if (reply[0] === 'covered') return undefined
      const [, id, dueThen, urgent, stored, replaces] = reply
      return {
        id,
        identity,
        due: dueThen,
        urgent: urgent === '1',
        job: parseJob(stored),
        replaces: replaces === '' ? undefined : replaces,
      }
    },
    take: (identity, ticket, by) => next(TAKE, identity, ticket, by),
    release: (identity, ticket) => next(RELEASE, identity, ticket),
    fail: (identity, ticket, retryAt) => next(FAIL, identity, ticket, Math.ceil(retryAt)),
  }
}

/** Readable in a queue dashboard; BullMQ allows no colons, and a number follows that makes it unique. */
function label({ deployment, kind, key }: Job): string {
  return `${deployment}-${kind}-${key}`.replaceAll(/[^\w.-]/g, '_').slice(0, 100)
}
