/** One worker process, as production joins it, whose Slack answers at once; it times its own decisions. */
import { bullmqQueue } from '../../src/adapters/bullmq/bullmq-queue.ts'
import { realClock } from '../../src/adapters/clocks.ts'
import { kubernetesCluster } from '../../src/adapters/kubernetes/kubernetes-cluster.ts'
import { ABSENT } from '../../src/adapters/kubernetes/slot-state.ts'
import { prometheusMetrics } from '../../src/adapters/prometheus/prometheus-metrics.ts'
import { redisStore } from '../../src/adapters/redis/redis-store.ts'
import { announcer } from '../../src/bot/announcer.ts'
import { startWorker } from '../../src/commands/compose.ts'
import type { Engine } from '../../src/jobs/engine.ts'
import { makeWatches } from '../../src/jobs/watches.ts'
import { jobTable } from '../../src/jobs/work.ts'
import type { Chat } from '../../src/ports/chat.ts'
import type { Cluster } from '../../src/ports/cluster.ts'
import type { Store } from '../../src/ports/store.ts'
import { quantile } from '../statistics.ts'
import { quietLog } from './quiet-log.ts'
import { serve } from './serve.ts'

export interface WorkerSettings {
  readonly redisUrl: string
  readonly prometheusUrl: string
  /** Null: nothing is asked of a cluster. */
  readonly kubeconfigPath: string | null
}

export interface Observed {
  /** Samples that were judged and recorded. */
  readonly decisions: number
  /** From the moment a sample was due until what followed from it was recorded, ms. */
  readonly lagP50: number
  readonly lagP99: number
  readonly lagMax: number
  readonly rssMb: number
  /** Share of one core. */
  readonly cpu: number
}

export interface WorkerApi {
  /** Everything but the work. */
  connect(input: WorkerSettings): Promise<void>
  /** `sweep`: looks first for what an earlier process left, as production does. */
  work(input: { readonly sweep: boolean }): Promise<void>
  /** Samples judged and recorded since the start. */
  recorded(input: null): Promise<number>
  /** Forgets what was observed and observes from now on. */
  observe(input: null): Promise<void>
  observed(input: null): Promise<Observed>
}

const clock = realClock()
const askedAt = new Map<string, number>()
let lags: number[] = []
let recorded = 0
let cpuFrom = process.cpuUsage()
let from = performance.now()
let rss = 0
setInterval(() => {
  rss = Math.max(rss, process.memoryUsage.rss())
}, 250).unref()

/** The same store; a save that holds a new sample tells how late it came. */
function timed(store: Store): Store {
  return {
    ...store,
    async save(deployment, entries, expected) {
      const result = await store.save(deployment, entries, expected)
      const { window, id, plan } = deployment
      const before = askedAt.get(id)
      if (result === 'saved' && window && before !== window.askedAt) {
        askedAt.set(id, window.askedAt)
        recorded += 1
        if (before !== undefined) lags.push(clock.now() - before - plan.service.judgement.sampleIntervalMs)
      }
      return result
    },
  }
}

let posts = 0
const chat: Chat = {
  post: () => {
    posts += 1
    return Promise.resolve(`1.${String(posts).padStart(6, '0')}`)
  },
  update: () => Promise.resolve(),
  find: () => Promise.resolve(undefined),
}

const refuse = () => Promise.reject(new Error('there is no cluster here'))
/** Nothing is ever seen there. */
const nowhere: Cluster = {
  inspect: refuse,
  capacity: refuse,
  look: () =>
    Promise.resolve({
      watched: true,
      at: clock.now(),
      slots: { stable: ABSENT, canary: ABSENT, previous: ABSENT },
      shares: null,
    }),
  dryRun: refuse,
  pin: refuse,
  pinned: refuse,
  ensureSlot: refuse,
  route: refuse,
  promote: refuse,
  settle: refuse,
  restore: refuse,
  tidy: refuse,
  forget: refuse,
  foreign: refuse,
  reclaim: refuse,
  changedConfigs: refuse,
  logs: refuse,
  watch: () => () => undefined,
  close: () => Promise.resolve(),
}

let connected: Engine | undefined
const log = quietLog()
const onError = (error: unknown) => log.error({ error: String(error) }, 'trouble in a worker:')

async function connect({ redisUrl: url, prometheusUrl, kubeconfigPath }: WorkerSettings): Promise<void> {
  const own = kubeconfigPath === null ? null : kubernetesCluster({ kubeconfigPath, clock })
  const engine: Engine = {
    store: timed(redisStore({ url, onError })),
    queue: bullmqQueue({ url, clock, role: 'worker', onError }),
    cluster: own ?? nowhere,
    eyes: own?.eyes ?? { read: () => Promise.resolve([]) },
    metrics: prometheusMetrics({ url: prometheusUrl, clock }),
    registry: { resolve: async () => ({ kind: 'unknown', why: 'there is no registry here' }) },
    probe: { get: async () => ({ kind: 'answered', status: 200, ms: 1, body: 'ok' }) },
    journal: { append: async () => {} },
    incidents: { append: async () => {} },
    clock,
    log,
  }
  await engine.store.open()
  connected = engine
}

async function work(sweep: boolean): Promise<void> {
  if (!connected) throw new Error('not connected')
  const engine = connected
  if (sweep) return void (await startWorker(engine, chat))
  const { store, queue } = engine
  await queue.work(
    jobTable(engine, announcer({ store, chat, queue, clock, log }), { watches: makeWatches(engine), eyes: null }),
  )
}

serve<WorkerApi>({
  connect,
  work: ({ sweep }) => work(sweep),
  recorded: () => Promise.resolve(recorded),
  observe: () => {
    lags = []
    rss = 0
    cpuFrom = process.cpuUsage()
    from = performance.now()
    return Promise.resolve()
  },
  observed: () => {
    const { user, system } = process.cpuUsage(cpuFrom)
    const at = (share: number) => (lags.length === 0 ? Number.POSITIVE_INFINITY : quantile(lags, share))
    return Promise.resolve({
      decisions: lags.length,
      lagP50: at(0.5),
      lagP99: at(0.99),
      lagMax: at(1),
      rssMb: rss / 1024 ** 2,
      cpu: (user + system) / 1000 / (performance.now() - from),
    })
  },
})
