/** The workers of this process and the connections they make for themselves, so that all of them can be ended. */
import type { Worker } from 'bullmq'
import type { Redis } from 'ioredis'

/** Closing workers let their jobs finish for so long, real ms; what is left is taken over when its lock ends. */
const CLOSE_WITHIN_MS = 10_000

export interface WorkerPool {
  /** BullMQ copies it for each worker: one copy to wait on, one to work with. */
  readonly connection: Redis
  add(worker: Worker): void
  /** Lets jobs finish, for 10 s at most; where Redis is away nothing can be finished, and it ends at once. */
  close(): Promise<void>
}

export function workerPool(connection: Redis): WorkerPool {
  const workers: Worker[] = []
  // BullMQ says goodbye on its connections when it closes, and waits for the answer however long Redis is away.
  const copies: Redis[] = []
  const duplicate = connection.duplicate.bind(connection)
  connection.duplicate = (override) => {
    const copy = duplicate(override)
    copies.push(copy)
    return copy
  }
  return {
    connection,
    add: (worker) => void workers.push(worker),
    close: async () => {
      const away = connection.status !== 'ready'
      const closing = Promise.all(workers.map((worker) => worker.close(away)))
      await atMost(away ? 0 : CLOSE_WITHIN_MS, closing)
      for (const copy of copies) copy.disconnect()
      connection.disconnect()
    },
  }
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}
