/** The book alone, with BullMQ's part played by hand: a job exists while its key does, and runs while its lock does. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Ticket, type WakeBook, wakeBook } from '../../../src/adapters/bullmq/wake-book.ts'
import type { Job } from '../../../src/ports/queue.ts'
import { sampleJob } from '../../contracts/queue-contract.ts'

const NOW = Date.UTC(2026, 11, 1, 14)
const LATER = NOW + 60_000

describe('the book of wake-ups', () => {
  const redis = new Redis(inject('redisUrl'))
  afterAll(() => redis.disconnect())
  let prefix: string
  let book: WakeBook
  beforeEach(() => {
    prefix = `{${randomUUID()}}`
    book = wakeBook(redis, prefix, 'advance')
  })

  const put = async (job: Job, now = NOW): Promise<Ticket> => {
    const ticket = await book.put(job, now)
    if (!ticket) throw new Error('no ticket was given')
    return ticket
  }
  const enqueue = async (ticket: Ticket) => {
    await redis.set(`${prefix}:advance:${ticket.id}`, 'a job')
    return ticket
  }
  const ring = async ({ id, identity, due }: Ticket, now = due) => {
    await redis.set(`${prefix}:advance:${id}:lock`, 'a worker')
    return book.take(identity, id, now)
  }
  const unlock = ({ id }: Ticket) => redis.del(`${prefix}:advance:${id}:lock`)

  it('gives no second ticket while the first is there and soon enough', async () => {
    await enqueue(await put(sampleJob({ at: LATER })))
    expect(await book.put(sampleJob({ at: LATER }), NOW)).toBeUndefined()
  })

  it('gives a second ticket when the first never became a job, and the first finds nothing if it does after all', async () => {
    const lost = await put(sampleJob({ at: LATER }))
    const second = await enqueue(await put(sampleJob({ at: LATER })))
    expect(second.replaces).toBe(lost.id)
    expect(await ring(second)).toEqual({ run: sampleJob({ at: LATER }) })
    expect(await book.release(second.identity, second.id)).toBe('nothing')
    expect(await ring(lost)).toBe('nothing')
  })

  it('runs the soonest under a later ticket when its own never became a job', async () => {
    const later = await enqueue(await put(sampleJob({ name: 'finalize', at: LATER })))
    await put(sampleJob({ name: 'route', at: NOW + 1 }))
    expect(await ring(later)).toEqual({ run: sampleJob({ name: 'route', at: NOW + 1 }) })
  })

  it('leaves the later run alone when a ticket rings too early for it', async () => {
    const first = await enqueue(await put(sampleJob()))
    await ring(first)
    const later = await enqueue(await put(sampleJob({ at: LATER })))
    await book.release(first.identity, first.id)
    expect(await ring(first, NOW)).toBe('nothing')
    expect(await ring(later)).toEqual({ run: sampleJob({ at: LATER }) })
  })

  it('runs after the present run what rings while it runs', async () => {
    const first = await enqueue(await put(sampleJob()))
    await ring(first)
    const second = await enqueue(await put(sampleJob({ name: 'route', at: NOW + 1 })))
    expect(await ring(second)).toBe('nothing')
    expect(await book.release(first.identity, first.id)).toEqual({ run: sampleJob({ name: 'route', at: NOW + 1 }) })
    expect(await book.release(first.identity, first.id)).toBe('nothing')
  })

  it('needs no ticket for what is due while it runs', async () => {
    const first = await enqueue(await put(sampleJob()))
    await ring(first)
    expect(await book.put(sampleJob({ name: 'route' }), NOW)).toBeUndefined()
    expect(await book.release(first.identity, first.id)).toEqual({ run: sampleJob({ name: 'route' }) })
  })

  it('gives a ticket for what is due while a worker is dead, and lets the revived one end in peace', async () => {
    const dead = await enqueue(await put(sampleJob()))
    await ring(dead)
    await unlock(dead)
    const fresh = await enqueue(await put(sampleJob({ name: 'route' })))
    expect(await ring(fresh)).toEqual({ run: sampleJob({ name: 'route' }) })
    expect(await ring(dead)).toBe('nothing')
    expect(await book.release(dead.identity, dead.id)).toBe('nothing')
    expect(await book.fail(dead.identity, dead.id, LATER)).toBe('nothing')
    expect(await book.release(fresh.identity, fresh.id)).toBe('nothing')
  })

  it('runs again what a dead worker ran, under the same ticket', async () => {
    const ticket = await enqueue(await put(sampleJob()))
    await ring(ticket)
    expect(await ring(ticket)).toEqual({ run: sampleJob() })
  })

  it('retries failed work under its ticket, sooner when somebody asks', async () => {
    const ticket = await enqueue(await put(sampleJob()))
    await ring(ticket)
    expect(await book.fail(ticket.identity, ticket.id, LATER)).toBe('retry')
    const sooner = await enqueue(await put(sampleJob({ name: 'route' })))
    expect(await ring(sooner)).toEqual({ run: sampleJob({ name: 'route' }) })
    await book.release(sooner.identity, sooner.id)
    expect(await ring(ticket, LATER)).toBe('nothing')
  })

  it('does not retry what a waiting ticket does before', async () => {
    const ticket = await enqueue(await put(sampleJob()))
    await ring(ticket)
    const next = await enqueue(await put(sampleJob({ name: 'route', at: NOW + 1 })))
    expect(await book.fail(ticket.identity, ticket.id, LATER)).toBe('nothing')
    expect(await ring(next)).toEqual({ run: sampleJob({ name: 'route', at: NOW + 1 }) })
  })

  it('leaves nothing behind', async () => {
    const ticket = await enqueue(await put(sampleJob()))
    await ring(ticket)
    await book.release(ticket.identity, ticket.id)
    expect(await redis.hlen(`${prefix}:waiting:advance`)).toBe(0)
    expect(await redis.hlen(`${prefix}:busy:advance`)).toBe(0)
  })
})
