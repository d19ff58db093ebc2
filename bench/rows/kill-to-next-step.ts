/**
 * Two workers under load, the metrics store slow, so that one of them always has work in hand. It is killed with -9; from
 * then until the other one has recorded the next step of every deployment that the dead one had in hand.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { redisStore } from '../../src/adapters/redis/redis-store.ts'
import type { Store } from '../../src/ports/store.ts'
import { startRedis } from '../../test/redis-server.ts'
import { type Child, startChild } from '../child.ts'
import { liveServices, recordLive } from '../live-records.ts'
import type { Row } from '../measurement.ts'
import type { QueryServerApi } from '../processes/query-server.ts'
import type { WorkerApi } from '../processes/worker.ts'
import { quantile, round } from '../statistics.ts'

const DEPLOYMENTS = 200
const KILLS = 6
const THINK_MS = 400
const PATIENCE_MS = 30_000

export const killToNextStep: Row = {
  name: 'kill-to-next-step',
  async run() {
    const redis = await startRedis()
    const store = redisStore({ url: redis.url })
    const queries = await startChild<QueryServerApi>('query-server')
    const { url: prometheusUrl } = await queries.call('start', { thinkMs: THINK_MS })
    const settings = { redisUrl: redis.url, prometheusUrl, kubeconfigPath: null }
    const begin = async (): Promise<Child<WorkerApi>> => {
      const worker = await startChild<WorkerApi>('worker')
      await worker.call('connect', settings)
      await worker.call('work', { sweep: true })
      return worker
    }
    const living: Child<WorkerApi>[] = []
    try {
      await recordLive(redis.url, liveServices(DEPLOYMENTS), 'spread')
      living.push(await begin(), await begin())
      const times: number[] = []
      for (let kill = 0; kill < KILLS; kill += 1) {
        await pause(3_000 + Math.random() * 1_000)
        times.push(...(await killOne(living, queries, store)))
        living.push(await begin())
      }
      const seconds = times.map((ms) => ms / 1000)
      const note = `the longest of ${times.length} deployments in ${KILLS} kills; median ${round(quantile(seconds, 0.5))} s`
      return [{ name: this.name, value: round(quantile(seconds, 1)), unit: 's', goal: 5, better: 'lower', note }]
    } finally {
      for (const worker of living) await worker.kill()
      await queries.kill()
      await store.close()
      await redis.stop()
    }
  },
}

/** Ms until the next record of each deployment that the killed worker had in hand. */
async function killOne(
  living: Child<WorkerApi>[],
  queries: Child<QueryServerApi>,
  store: Store,
): Promise<readonly number[]> {
  await queries.call('abandoned', null)
  const victim = living.shift()
  const from = performance.now()
  await victim?.kill()
  await pause(50)
  const orphans = (await queries.call('abandoned', null)).map((service) => `${service}-1`)
  return Promise.all(orphans.map((id) => untilRecorded(store, id, from)))
}

async function untilRecorded(store: Store, id: string, from: number): Promise<number> {
  const before = (await store.load(id))?.revision
  while (performance.now() - from < PATIENCE_MS) {
    if ((await store.load(id))?.revision !== before) return performance.now() - from
    await pause(50)
  }
  return PATIENCE_MS
}
