/** A queue that outlives those who work it: what a dead worker ran is run again, once its lock has run out. */
import { memoryQueue } from '../../src/adapters/memory/memory-queue.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { JobKind, Queue, Work } from '../../src/ports/queue.ts'
import type { Life } from './life.ts'

/** BullMQ's, ms. */
const LOCK_MS = 30_000

export interface SurvivingQueue {
  /** As one incarnation sees it. */
  of(life: Life): Pick<Queue, 'add' | 'interrupt' | 'work'>
  /** The incarnation that began to work last gets jobs from now on; until then they wait. */
  hand(): void
  runDue(): Promise<number>
  nextAt(): number | undefined
}

type Handlers = Readonly<Record<JobKind, Work>>

export function survivingQueue(clock: Clock, onError: (error: unknown) => void): SurvivingQueue {
  const queue = memoryQueue({ clock, onError })
  let next: { readonly life: Life; readonly handlers: Handlers } | undefined
  let worker = next
  let wake = () => {}
  let handed = new Promise<void>((resolve) => {
    wake = resolve
  })
  const work: Work = async (job, signal) => {
    while (!worker || worker.life.isDead()) await handed
    const { life, handlers } = worker
    const end = await Promise.race([handlers[job.kind](job, signal), life.death.then(() => 'died' as const)])
    if (end === 'died') await queue.add({ ...job, at: clock.now() + LOCK_MS })
  }
  const table: Handlers = { advance: work, 'way-back': work, announce: work, guard: work, 'check-in': work }
  return {
    of: (life) => ({
      add: queue.add,
      interrupt: queue.interrupt,
      async work(handlers) {
        next = { life, handlers }
        await queue.work(table)
      },
    }),
    hand() {
      worker = next
      wake()
      handed = new Promise((resolve) => {
        wake = resolve
      })
    },
    runDue: queue.runDue,
    nextAt: queue.nextAt,
  }
}
