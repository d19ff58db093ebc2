import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { steppedClock } from '../../../src/adapters/clocks.ts'
import { memoryQueue } from '../../../src/adapters/memory/memory-queue.ts'
import { StoreUnavailable } from '../../../src/ports/store.ts'
import { describeQueue, forAllKinds, sampleJob } from '../../contracts/queue-contract.ts'

const START = Date.UTC(2026, 11, 1, 14)

describeQueue('memory', async () => {
  const clock = steppedClock(START)
  const queue = memoryQueue({ clock })
  return {
    queue,
    now: clock.now,
    tickMs: 1_000,
    close: () => queue.close(),
    until: async (done) => {
      await queue.runDue()
      while (!done()) {
        const next = queue.nextAt()
        if (next === undefined) throw new Error('No job is waiting, and what was waited for has not come.')
        clock.advanceTo(next)
        await queue.runDue()
      }
    },
  }
})

describe('the memory queue', () => {
  it('says when the next job is due', async () => {
    const clock = steppedClock(START)
    const queue = memoryQueue({ clock })
    expect(queue.nextAt()).toBeUndefined()
    await queue.add(sampleJob({ key: 'late', at: START + 900 }))
    await queue.add(sampleJob({ key: 'soon', at: START + 300 }))
    expect(queue.nextAt()).toBe(START + 300)
  })

  it('runs due jobs urgent first, then by due time, then in the order they were added', async () => {
    const clock = steppedClock(START)
    const queue = memoryQueue({ clock })
    const ran: string[] = []
    await queue.work(forAllKinds(async (job) => void ran.push(job.key)))
    await queue.add(sampleJob({ key: 'c', at: START + 20 }))
    await queue.add(sampleJob({ key: 'a', at: START + 10 }))
    await queue.add(sampleJob({ key: 'b', at: START + 10 }))
    await queue.add(sampleJob({ key: 'd', at: START + 30, urgent: true }))
    await queue.add(sampleJob({ key: 'later', at: START + 31 }))
    clock.advanceTo(START + 30)
    expect(await queue.runDue()).toBe(4)
    expect(ran).toEqual(['d', 'a', 'b', 'c'])
    expect(queue.nextAt()).toBe(START + 31)
  })

  it('waits longer after each failure, up to 10 s, and says what failed', async () => {
    const clock = steppedClock(START)
    const failed: string[] = []
    const queue = memoryQueue({ clock, onError: (error, job) => failed.push(`${job.key}: ${String(error)}`) })
    await queue.work(
      forAllKinds(async () => {
        throw new Error('down')
      }),
    )
    await queue.add(sampleJob())
    const waits: number[] = []
    for (let i = 0; i < 6; i++) {
      const before = clock.now()
      await queue.runDue()
      clock.advanceTo(queue.nextAt() ?? 0)
      waits.push(clock.now() - before)
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
    expect(failed[0]).toBe('next: Error: down')
  })

  it('takes nothing once it is closed', async () => {
    const queue = memoryQueue({ clock: steppedClock(START) })
    await queue.close()
    await expect(queue.add(sampleJob())).rejects.toThrow(StoreUnavailable)
    expect(await queue.runDue()).toBe(0)
  })

  it('loses no wake-up, whatever the order of adding, failing and running', async () => {
    const step = fc.record({ after: fc.nat(3), delay: fc.nat(40), urgent: fc.boolean(), fails: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const clock = steppedClock(START)
        const queue = memoryQueue({ clock })
        // Each wake-up asks to be looked at no earlier than its time; a run answers all that are due by then.
        const unanswered = new Set<number>()
        let next = 0
        const wake = async () => {
          const wanted = steps[next++]
          if (!wanted) return
          const at = clock.now() + wanted.delay
          unanswered.add(at)
          await queue.add(sampleJob({ at, urgent: wanted.urgent }))
        }
        await queue.work(
          forAllKinds(async () => {
            await wake()
            if (steps[next]?.fails) {
              next++
              throw new Error('down')
            }
            for (const at of unanswered) if (at <= clock.now()) unanswered.delete(at)
            const later = Math.min(...unanswered)
            if (unanswered.size > 0) await queue.add(sampleJob({ at: later }))
          }),
        )
        while (next < steps.length || queue.nextAt() !== undefined) {
          for (let i = steps[next]?.after ?? 0; i >= 0; i--) await wake()
          const due = queue.nextAt()
          if (due !== undefined) clock.advanceTo(due)
          await queue.runDue()
        }
        expect([...unanswered]).toEqual([])
      }),
    )
  })
})
