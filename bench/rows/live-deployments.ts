/**
 * One worker process watches many deployments in observation: a sample of each every 10 s, and its pods through the
 * shared watches with a look every 5 s. Metrics and the simulated cluster are processes of their own.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startRedis } from '../../test/redis-server.ts'
import { type Child, startChild } from '../child.ts'
import { liveServices, recordLive } from '../live-records.ts'
import type { Row } from '../measurement.ts'
import type { ClusterApi } from '../processes/cluster.ts'
import type { QueryServerApi } from '../processes/query-server.ts'
import type { Observed, WorkerApi } from '../processes/worker.ts'
import { round } from '../statistics.ts'

const GOAL = 2_000
const COUNTS = [GOAL, 1_500, 1_000, 750, 500, 250]
const MOST_LAG_MS = 1_000
const MOST_RSS_MB = 400
/** The start of a worker with so many deployments is not what is measured. */
const SETTLE_MS = 20_000
const OBSERVE_MS = 20_000

export const liveDeployments: Row = {
  name: 'live-deployments',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'tminus-bench-'))
    const kubeconfigPath = join(folder, 'kubeconfig')
    const cluster = await startChild<ClusterApi>('cluster')
    const queries = await startChild<QueryServerApi>('query-server')
    try {
      await cluster.call('start', { kubeconfigPath, services: liveServices(GOAL) })
      const { url } = await queries.call('start', { thinkMs: 5 })
      const tried: string[] = []
      for (const count of COUNTS) {
        const seen = await watched(count, url, kubeconfigPath).catch((error: unknown) => String(error))
        if (typeof seen === 'string') {
          tried.push(`${count}: ${seen}`)
          process.stderr.write(`  ${count}: ${seen}\n`)
          continue
        }
        tried.push(told(count, seen))
        process.stderr.write(`  ${told(count, seen)}\n`)
        if (seen.lagP99 > MOST_LAG_MS || seen.rssMb > MOST_RSS_MB) continue
        const note = tried.join('; ')
        return [{ name: this.name, value: count, unit: 'deployments', goal: GOAL, better: 'higher', note }]
      }
      return [{ name: this.name, value: 0, unit: 'deployments', goal: GOAL, better: 'higher', note: tried.join('; ') }]
    } finally {
      await queries.kill()
      await cluster.kill()
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function watched(count: number, prometheusUrl: string, kubeconfigPath: string): Promise<Observed> {
  const redis = await startRedis()
  let worker: Child<WorkerApi> | undefined
  try {
    await recordLive(redis.url, liveServices(count), 'spread')
    worker = await startChild<WorkerApi>('worker')
    await worker.call('connect', { redisUrl: redis.url, prometheusUrl, kubeconfigPath })
    await worker.call('work', { sweep: true })
    await pause(SETTLE_MS)
    await worker.call('observe', null)
    await pause(OBSERVE_MS)
    return await worker.call('observed', null)
  } finally {
    await worker?.kill()
    await redis.stop()
  }
}

function told(count: number, { decisions, lagP50, lagP99, rssMb, cpu }: Observed): string {
  const perSecond = round((decisions * 1000) / OBSERVE_MS)
  return `${count}: lag p50 ${round(lagP50)} ms, p99 ${round(lagP99)} ms, ${round(rssMb)} MB, ${round(cpu * 100)} % of a core, ${perSecond} decisions/s`
}
