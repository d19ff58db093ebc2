import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Queue as BullQueue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, inject, it, onTestFinished } from 'vitest'
import { type BullmqQueueSettings, bullmqQueue } from '../../../src/adapters/bullmq/bullmq-queue.ts'
import { realClock, scaledClock } from '../../../src/adapters/clocks.ts'
import type { Job, Queue } from '../../../src/ports/queue.ts'
import { StoreUnavailable } from '../../../src/ports/store.ts'
import { describeQueue, forAllKinds, sampleJob } from '../../contracts/queue-contract.ts'
import { startRedis, type TestRedis } from '../../redis-server.ts'

const url = inject('redisUrl')
const clock = realClock()
const ownPrefix = () => `{${randomUUID()}}`
const eventually = (condition: () => unknown) => expect.poll(condition, { timeout: 25_000, interval: 5 })
const opened: Queue[] = []

/** The bound is generous where it is not meant: the machine is busy with other suites. */
function openQueue(changes: Partial<BullmqQueueSettings> = {}): Queue {
  const queue = bullmqQueue({ url, clock, role: 'all', commandTimeoutMs: 10_000, onError: () => {}, ...changes })
  opened.push(queue)
  return queue
}

afterEach(async () => {
  for (const queue of opened.splice(0)) await queue.close()
})

describeQueue('BullMQ', async () => {
  const queue = openQueue({ prefix: ownPrefix() })
  return {
    queue,
    now: clock.now,
    tickMs: 100,
    close: async () => {},
    until: (done) => eventually(done).toBe(true),
  }
})

describe('the queue on BullMQ', () => {
  const admin = new Redis(url, { maxRetriesPerRequest: null })
  afterAll(() => admin.disconnect())

  it('reads like the playbook in a queue dashboard: the job is named after its phase, its id after the deployment', async () => {
    const prefix = ownPrefix()
    await openQueue({ prefix }).add(sampleJob({ name: 'monitor', key: 'a:b c' }))
    const dashboard = new BullQueue('advance', { connection: admin, prefix })
    const jobs = await dashboard.getJobs(['prioritized'])
    expect(jobs.map((job) => [job.name, job.id])).toEqual([['monitor', 'api-1-advance-a_b_c-1']])
    await dashboard.close()
  })

  it('works for every process, and a bot works nothing', async () => {
    const prefix = ownPrefix()
    const ran: string[] = []
    const bot = openQueue({ prefix, role: 'bot' })
    const worker = openQueue({ prefix, role: 'worker' })
    await bot.work(forAllKinds(async () => void ran.push('bot')))
    await bot.add(sampleJob())
    await worker.work(forAllKinds(async () => void ran.push('worker')))
    await eventually(() => ran).toEqual(['worker'])
  })

  it('interrupts what runs in another process', async () => {
    const prefix = ownPrefix()
    const bot = openQueue({ prefix, role: 'bot' })
    let aborted = ''
    await openQueue({ prefix }).work(
      forAllKinds(async (_job, signal) => {
        const abort = once(signal, 'abort')
        await bot.interrupt('api-1', 'Anna aborted')
        await abort
        aborted = String(signal.reason)
      }),
    )
    await bot.add(sampleJob())
    await eventually(() => aborted).toContain('Anna aborted')
  })

  it('works the way back while every other worker is busy', async () => {
    const prefix = ownPrefix()
    const queue = openQueue({ prefix, concurrency: 1 })
    let free = () => {}
    const busy = new Promise<void>((resolve) => {
      free = resolve
    })
    const ran: string[] = []
    await queue.work({
      ...forAllKinds(() => busy),
      'way-back': async (job) => void ran.push(job.deployment),
    })
    for (let i = 0; i < 10; i++) await queue.add(sampleJob({ deployment: `web-${i}` }))
    await queue.add(sampleJob({ kind: 'way-back', name: 'way-back', deployment: 'api-1' }))
    await eventually(() => ran).toEqual(['api-1'])
    free()
  })

  it('divides delays by the factor of a scaled clock', async () => {
    const prefix = ownPrefix()
    const fast = scaledClock(1_000)
    const queue = openQueue({ prefix, clock: fast })
    const at = fast.now() + 60_000
    let ranAt = 0
    await queue.work(
      forAllKinds(async () => {
        ranAt = fast.now()
      }),
    )
    await queue.add(sampleJob({ at }))
    await eventually(() => ranAt).toBeGreaterThanOrEqual(at)
  })

  it('hands the job of a worker that was killed to another', async () => {
    const prefix = ownPrefix()
    const script = fileURLToPath(new URL('doomed-worker.ts', import.meta.url))
    const doomed = spawn(process.execPath, ['--import', 'tsx', script, url, prefix], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const queue = openQueue({ prefix })
    await queue.add(sampleJob({ name: 'route' }))
    for await (const line of createInterface({ input: doomed.stdout })) if (line === 'took api-1') break
    const ran: Job[] = []
    await queue.work(forAllKinds(async (job) => void ran.push(job)))
    doomed.kill('SIGKILL')
    await eventually(() => ran).toEqual([sampleJob({ name: 'route' })])
    await eventually(() => admin.hlen(`${prefix}:busy:advance`)).toBe(0)
  })

  /**
   * Each wake-up asks for a run that starts at its time or later; a run answers all that are due, and asks again for the
   * soonest of the others, as the record would. What is never answered is a lost wake-up.
   */
  async function stress(
    where: { readonly url: string; readonly prefix: string; readonly admin: Redis; readonly lockMs: number },
    wakeUps: number,
    add: (job: Job) => Promise<void>,
    perTurn: (turn: number) => Promise<unknown>,
  ) {
    const { url, prefix, admin, lockMs } = where
    const queues = [openQueue({ url, prefix, lockMs }), openQueue({ url, prefix, lockMs })]
    const unanswered = new Map<string, Set<number>>()
    const running = new Set<string>()
    let together = 0
    let runs = 0
    for (const queue of queues) {
      await queue.work(
        forAllKinds(async (job) => {
          if (running.has(job.key)) together++
          running.add(job.key)
          try {
            const open = unanswered.get(job.key) ?? new Set()
            const now = clock.now()
            if (++runs % 50 === 0) throw new Error('the cluster did not answer')
            if (runs % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
            for (const at of open) if (at <= now) open.delete(at)
            if (open.size > 0) await add(sampleJob({ key: job.key, at: Math.min(...open) }))
          } finally {
            running.delete(job.key)
          }
        }),
      )
    }
    const batch = 100
    for (let turn = 0; turn * batch < wakeUps; turn++) {
      await perTurn(turn)
      await Promise.all(
        Array.from({ length: batch }, async (_, i) => {
          const key = `k${(turn + i) % 25}`
          const at = clock.now() + (i % 4 === 0 ? i : 0)
          const open = unanswered.get(key) ?? new Set()
          unanswered.set(key, open.add(at))
          await add(sampleJob({ key, at, urgent: i % 7 === 0 }))
        }),
      )
    }
    await eventually(() => [...unanswered.values()].reduce((sum, open) => sum + open.size, 0)).toBe(0)
    await eventually(() => admin.hlen(`${prefix}:waiting:advance`)).toBe(0)
    await eventually(() => admin.hlen(`${prefix}:busy:advance`)).toBe(0)
    return { together, runs }
  }

  it('loses no wake-up of 10,000 that are added while others run, and runs none twice at a time', {
    timeout: 60_000,
  }, async () => {
    const prefix = ownPrefix()
    const producer = openQueue({ prefix, role: 'bot' })
    const { together, runs } = await stress(
      { url, prefix, admin, lockMs: 20_000 },
      10_000,
      producer.add,
      async () => {},
    )
    expect(together).toBe(0)
    expect(runs).toBeGreaterThan(100)
  })

  it('loses no wake-up when connections break all the time', { timeout: 60_000 }, async () => {
    const redis = await startRedis()
    const killer = new Redis(redis.url)
    onTestFinished(async () => {
      killer.disconnect()
      await redis.stop()
    })
    const producer = openQueue({ url: redis.url, role: 'bot' })
    const stubborn = async (job: Job, triesLeft = 20): Promise<void> => {
      try {
        await producer.add(job)
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || triesLeft === 0) throw error
        await stubborn(job, triesLeft - 1)
      }
    }
    await stress({ url: redis.url, prefix: '{tminus}', admin: killer, lockMs: 3_000 }, 2_000, stubborn, () =>
      killer.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    )
  })
})

describe('the queue on BullMQ, when Redis is away', () => {
  let redis: TestRedis | undefined
  afterEach(() => redis?.stop())

  it('says so when Redis was killed, and goes on after its restart with nothing lost', async () => {
    redis = await startRedis({ persist: true })
    const outages: unknown[] = []
    const queue = openQueue({ url: redis.url, commandTimeoutMs: 500, onError: (error) => outages.push(error) })
    const ran: string[] = []
    await queue.work(forAllKinds(async (job) => void ran.push(job.key)))
    await queue.add(sampleJob({ key: 'before' }))
    await queue.add(sampleJob({ key: 'later', at: clock.now() + 1_500 }))
    await eventually(() => ran).toEqual(['before'])
    await redis.kill()
    await expect(queue.add(sampleJob({ key: 'during' }))).rejects.toThrow(StoreUnavailable)
    await queue.interrupt('api-1', 'nobody hears it, and nobody is told off for it')
    await redis.restart()
    await eventually(() =>
      queue.add(sampleJob({ key: 'after' })).then(
        () => 'added',
        () => 'not yet',
      ),
    ).toBe('added')
    await eventually(() => [...new Set(ran)].sort()).toEqual(expect.arrayContaining(['after', 'before', 'later']))
    expect(outages.length).toBeGreaterThan(0)
  })

  it('says so within its bound when Redis is not there from the start, and works once it is', async () => {
    redis = await startRedis()
    await redis.kill()
    const queue = openQueue({ url: redis.url, role: 'bot', commandTimeoutMs: 100 })
    await expect(queue.add(sampleJob())).rejects.toThrow('within 100 ms')
    await expect(queue.add(sampleJob())).rejects.toThrow(StoreUnavailable)
    await redis.restart()
    await eventually(() =>
      queue.add(sampleJob()).then(
        () => 'added',
        () => 'not yet',
      ),
    ).toBe('added')
  })

  it('says so within its bound when Redis holds the connection and answers nothing', async () => {
    redis = await startRedis()
    const queue = openQueue({ url: redis.url, role: 'bot', commandTimeoutMs: 200 })
    await eventually(() =>
      queue.add(sampleJob()).then(
        () => 'added',
        () => 'not yet',
      ),
    ).toBe('added')
    redis.pause()
    await expect(queue.add(sampleJob({ key: 'other' }))).rejects.toThrow('within 200 ms')
    redis.resume()
  })

  it('starts to work when Redis comes up after it', async () => {
    redis = await startRedis()
    await redis.kill()
    const queue = openQueue({ url: redis.url })
    const ran: string[] = []
    const started = queue.work(forAllKinds(async (job) => void ran.push(job.key)))
    await redis.restart()
    await started
    await queue.add(sampleJob())
    await eventually(() => ran).toEqual(['next'])
  })
})
