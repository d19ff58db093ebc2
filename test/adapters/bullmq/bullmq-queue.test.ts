import { randomUUID } from 'node:crypto'
import { expect, inject } from 'vitest'
import { bullmqQueue } from '../../../src/adapters/bullmq/bullmq-queue.ts'
import { realClock } from '../../../src/adapters/clocks.ts'
import { describeQueue } from '../../contracts/queue-contract.ts'

const url = inject('redisUrl')

describeQueue('BullMQ', async () => {
  const clock = realClock()
  const queue = bullmqQueue({
    url,
    prefix: `{${randomUUID()}}`,
    clock,
    role: 'all',
    commandTimeoutMs: 10_000,
    onError: () => {},
  })
  return {
    queue,
    now: clock.now,
    tickMs: 100,
    close: () => queue.close(),
    until: (done) => expect.poll(done, { timeout: 20_000, interval: 5 }).toBe(true),
  }
})
