/** What every make of the Queue port does. */
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Job, JobKind, Queue, Work } from '../../src/ports/queue.ts'

export interface QueueBench {
  readonly queue: Queue
  /** Deployment time. */
  now(): number
  /** Lets the queue work until `done`; fails when it cannot come to that. */
  until(done: () => boolean): Promise<void>
  /** The shortest delay that this make tells from none for sure, ms of deployment time. */
  readonly tickMs: number
  close(): Promise<void>
}

export function sampleJob(changes: Partial<Job> = {}): Job {
  return { kind: 'advance', deployment: 'api-1', name: 'deploy', at: 0, key: 'next', urgent: false, ...changes }
}

/** The same work for every kind. */
export function forAllKinds(work: Work): Readonly<Record<JobKind, Work>> {
  return { advance: work, 'way-back': work, announce: work, guard: work, 'check-in': work }
}

export function describeQueue(make: string, open: () => Promise<QueueBench>): void {
  describe(`the queue on ${make}`, () => {
    let bench: QueueBench
    let ran: Job[]
    const note: Work = async (job) => void ran.push(job)
    const keys = () => ran.map((job) => job.key)
    beforeEach(async () => {
      bench = await open()
      ran = []
    })
    afterEach(() => bench.close())

    it('runs a job of each kind once, with all it was given', async () => {
      const kinds = ['advance', 'way-back', 'announce', 'guard', 'check-in'] as const
      const jobs = kinds.map((kind) => sampleJob({ kind, name: kind === 'advance' ? 'monitor' : kind, urgent: true }))
      await bench.queue.work(forAllKinds(note))
      for (const job of jobs) await bench.queue.add(job)
      await bench.until(() => ran.length >= jobs.length)
      expect(ran).toHaveLength(jobs.length)
      expect(ran).toEqual(expect.arrayContaining(jobs))
    })

    it('runs what was added before work began', async () => {
      await bench.queue.add(sampleJob())
      await bench.queue.work(forAllKinds(note))
      await bench.until(() => ran.length === 1)
    })

    it('runs nothing before its time', async () => {
      const at = bench.now() + bench.tickMs
      let ranAt = 0
      await bench.queue.work(
        forAllKinds(async () => {
          ranAt = bench.now()
        }),
      )
      await bench.queue.add(sampleJob({ at }))
      await bench.until(() => ranAt > 0)
      expect(ranAt).toBeGreaterThanOrEqual(at)
    })

    it('takes waiting jobs of the same kind, deployment and key as one, and others as others', async () => {
      await bench.queue.add(sampleJob())
      await bench.queue.add(sampleJob())
      await bench.queue.add(sampleJob({ deployment: 'web-1', key: 'web' }))
      await bench.queue.add(sampleJob({ key: 'other' }))
      await bench.queue.add(sampleJob({ kind: 'announce', name: 'announce', key: 'told' }))
      await bench.queue.work(forAllKinds(note))
      await bench.until(() => ran.length >= 4)
      await bench.queue.add(sampleJob({ key: 'last' }))
      await bench.until(() => keys().includes('last'))
      expect(keys().sort()).toEqual(['last', 'next', 'other', 'told', 'web'])
    })

    it('does not mix up deployments and keys whose names join to the same', async () => {
      await bench.queue.add(sampleJob({ deployment: 'api-1', key: '2-x' }))
      await bench.queue.add(sampleJob({ deployment: 'api-1-2', key: 'x' }))
      await bench.queue.work(forAllKinds(note))
      await bench.until(() => ran.length === 2)
    })

    it('takes any text as key', async () => {
      const odd = ['42', 'a:b:c', '', 'Ünï cødé/…', '0']
      for (const key of odd) await bench.queue.add(sampleJob({ key }))
      await bench.queue.work(forAllKinds(note))
      await bench.until(() => ran.length === odd.length)
      expect(keys().sort()).toEqual([...odd].sort())
    })

    it('keeps the waiting job when the new one is due later', async () => {
      await bench.queue.add(sampleJob({ name: 'deploy' }))
      await bench.queue.add(sampleJob({ name: 'finalize', at: bench.now() + 100 * bench.tickMs }))
      await bench.queue.work(forAllKinds(note))
      await bench.until(() => ran.length === 1)
      expect(ran[0]?.name).toBe('deploy')
    })

    it('replaces the waiting job when the new one is due sooner', async () => {
      await bench.queue.work(forAllKinds(note))
      await bench.queue.add(sampleJob({ name: 'finalize', at: bench.now() + 100 * bench.tickMs }))
      await bench.queue.add(sampleJob({ name: 'monitor', at: bench.now() + 10 * bench.tickMs }))
      await bench.queue.add(sampleJob({ name: 'deploy' }))
      await bench.until(() => ran.length === 1)
      expect(ran[0]?.name).toBe('deploy')
    })

    it('runs a job again that is added while it runs', async () => {
      await bench.queue.work(
        forAllKinds(async (job) => {
          ran.push(job)
          if (ran.length === 1) await bench.queue.add(sampleJob({ name: 'route' }))
        }),
      )
      await bench.queue.add(sampleJob())
      await bench.until(() => ran.length === 2)
      expect(ran.map((job) => job.name)).toEqual(['deploy', 'route'])
    })

    it('runs a job at its later time that is added for later while it runs', async () => {
      let ranAt = 0
      let at = 0
      await bench.queue.work(
        forAllKinds(async (job) => {
          ran.push(job)
          ranAt = bench.now()
          if (ran.length > 1) return
          at = ranAt + bench.tickMs
          await bench.queue.add(sampleJob({ at }))
        }),
      )
      await bench.queue.add(sampleJob())
      await bench.until(() => ran.length === 2)
      expect(ranAt).toBeGreaterThanOrEqual(at)
    })

    it('runs the sooner of two that are added while it runs, and both are one', async () => {
      await bench.queue.work(
        forAllKinds(async (job) => {
          ran.push(job)
          if (ran.length > 1) return
          await bench.queue.add(sampleJob({ name: 'finalize', at: bench.now() + 1_000 * bench.tickMs }))
          await bench.queue.add(sampleJob({ name: 'route' }))
          await bench.queue.add(sampleJob({ name: 'monitor', at: bench.now() + 1_000 * bench.tickMs }))
        }),
      )
      await bench.queue.add(sampleJob())
      await bench.until(() => ran.length === 2)
      expect(ran.map((job) => job.name)).toEqual(['deploy', 'route'])
    })

    it('runs one identity never twice at the same time', async () => {
      let running = 0
      let most = 0
      let runs = 0
      await bench.queue.work(
        forAllKinds(async () => {
          most = Math.max(most, ++running)
          if (++runs < 30) await bench.queue.add(sampleJob())
          await new Promise((resolve) => setImmediate(resolve))
          running--
        }),
      )
      await bench.queue.add(sampleJob())
      await bench.until(() => runs === 30)
      expect(most).toBe(1)
    })

    it('lets urgent jobs jump the queue', async () => {
      for (let i = 0; i < 20; i++)
        await bench.queue.add(sampleJob({ kind: 'announce', name: 'announce', deployment: `web-${i}`, key: `${i}` }))
      await bench.queue.add(sampleJob({ kind: 'announce', name: 'announce', key: 'breach', urgent: true }))
      await bench.queue.work(forAllKinds(note))
      await bench.until(() => ran.length === 21)
      expect(keys()[0]).toBe('breach')
    })

    it('makes a waiting job urgent when it is added again as urgent', async () => {
      for (let i = 0; i < 20; i++) await bench.queue.add(sampleJob({ deployment: `web-${i}`, key: `${i}` }))
      await bench.queue.add(sampleJob({ key: 'breach' }))
      await bench.queue.add(sampleJob({ key: 'breach', urgent: true }))
      await bench.queue.work(forAllKinds(note))
      await bench.until(() => ran.length === 21)
      expect(keys()[0]).toBe('breach')
    })

    it('tries failed work again', async () => {
      let tries = 0
      await bench.queue.work(
        forAllKinds(async () => {
          if (++tries < 3) throw new Error('the cluster did not answer')
        }),
      )
      await bench.queue.add(sampleJob())
      await bench.until(() => tries === 3)
    })

    it('runs failed work at once when it is added again meanwhile', async () => {
      let tries = 0
      await bench.queue.work(
        forAllKinds(async (job) => {
          ran.push(job)
          if (++tries > 1) return
          await bench.queue.add(sampleJob({ name: 'route' }))
          throw new Error('the cluster did not answer')
        }),
      )
      await bench.queue.add(sampleJob())
      await bench.until(() => ran.some((job) => job.name === 'route'))
    })

    it('aborts the signal of a running advance job when its deployment is interrupted, and no other', async () => {
      const reasons: unknown[] = []
      await bench.queue.work(
        forAllKinds(async (job, signal) => {
          if (job.deployment !== 'api-1') return
          const aborted = once(signal, 'abort')
          await bench.queue.interrupt('web-1', 'not this one')
          expect(signal.aborted).toBe(false)
          await bench.queue.interrupt('api-1', 'Anna aborted')
          await aborted
          reasons.push(signal.reason)
        }),
      )
      await bench.queue.add(sampleJob())
      await bench.until(() => reasons.length === 1)
      expect(String(reasons[0])).toContain('Anna aborted')
    })

    it('takes an interruption of nothing without complaint', async () => {
      await bench.queue.interrupt('api-1', 'nobody there')
    })
  })
}
