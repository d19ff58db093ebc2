/** A worker in a process of its own that takes a job and never ends it, so that it can be killed in the middle. */
import { bullmqQueue } from '../../../src/adapters/bullmq/bullmq-queue.ts'
import { realClock } from '../../../src/adapters/clocks.ts'
import type { Work } from '../../../src/ports/queue.ts'

const [url = '', prefix = ''] = process.argv.slice(2)
const queue = bullmqQueue({ url, prefix, clock: realClock(), role: 'worker', onError: console.error })
const work: Work = (job) => {
  console.log(`took ${job.deployment}`)
  return new Promise(() => {})
}
await queue.work({ advance: work, 'way-back': work, announce: work, guard: work, 'check-in': work })
