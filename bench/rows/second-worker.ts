/**
 * Throughput of two worker processes against one: deployments whose sample is due are sampled, judged, recorded and
 * followed up, by a metrics store that takes 100 ms for an answer, as a real one may for a joined query: a worker waits
 * for it most of the time.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { bullmqQueue } from '../../src/adapters/bullmq/bullmq-queue.ts'
import { realClock } from '../../src/adapters/clocks.ts'
import { HOUR } from '../../src/playbook/durations.ts'
import { movingJob } from '../../src/ports/follow-up.ts'
import { makeService } from '../../test/playbook/fixtures.ts'
import { startRedis } from '../../test/redis-server.ts'
import { type Child, startChild } from '../child.ts'
import { liveServices, recordLive } from '../live-records.ts'
import type { Row } from '../measurement.ts'
import type { QueryServerApi } from '../processes/query-server.ts'
import type { WorkerApi } from '../processes/worker.ts'
import { median, round } from '../statistics.ts'

const JOBS = 1_500
const ROUNDS = 3
const THINK_MS = 100

export const secondWorker: Row = {
  name: 'second-worker',
  async run() {
    const one: number[] = []
    const two: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      one.push(await throughput(1))
      two.push(await throughput(2))
    }
    const note = `median of ${ROUNDS}: one ${Math.round(median(one))}, two ${Math.round(median(two))} decisions/s`
    const value = round(median(two) / median(one))
    return [{ name: this.name, value, unit: 'x', goal: 1.8, better: 'higher', note }]
  },
}

/** Decisions per second, from the word to begin until the last one is recorded. */
async function throughput(workers: number): Promise<number> {
  const redis = await startRedis()
  const started: Child<WorkerApi>[] = []
  const queries = await startChild<QueryServerApi>('query-server')
  try {
    const { url: prometheusUrl } = await queries.call('start', { thinkMs: THINK_MS })
    await enqueue(redis.url)
    for (let worker = 0; worker < workers; worker += 1) {
      const child = await startChild<WorkerApi>('worker')
      started.push(child)
      await child.call('connect', { redisUrl: redis.url, prometheusUrl, kubeconfigPath: null })
    }
    const from = performance.now()
    await Promise.all(started.map((child) => child.call('work', { sweep: false })))
    while ((await recorded(started)) < JOBS) await pause(10)
    return (JOBS * 1000) / (performance.now() - from)
  } finally {
    for (const child of started) await child.kill()
    await queries.kill()
    await redis.stop()
  }
}

async function recorded(workers: readonly Child<WorkerApi>[]): Promise<number> {
  const counts = await Promise.all(workers.map((worker) => worker.call('recorded', null)))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Each is sampled once; the next sample and the next look at the pods are hours away. */
async function enqueue(redisUrl: string): Promise<void> {
  const { judgement, guard } = makeService()
  const services = liveServices(JOBS, {
    judgement: { ...judgement, sampleIntervalMs: HOUR },
    guard: { ...guard, pollMs: HOUR },
  })
  const deployments = await recordLive(redisUrl, services, 'all-due')
  const clock = realClock()
  const queue = bullmqQueue({ url: redisUrl, clock, role: 'bot', commandTimeoutMs: 5_000, onError: () => undefined })
  try {
    for (const deployment of deployments) {
      const job = movingJob(deployment, clock.now())
      if (job) await queue.add(job)
    }
  } finally {
    await queue.close()
  }
}
