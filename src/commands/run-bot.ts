/** Production's joints: Redis, BullMQ, Kubernetes, Prometheus and Slack, by role. */
import { schedule } from 'node-cron'
import { bullmqQueue } from '../adapters/bullmq/bullmq-queue.ts'
import { fileJournal } from '../adapters/journal/file-journal.ts'
import { kubernetesCluster } from '../adapters/kubernetes/kubernetes-cluster.ts'
import { httpProbe } from '../adapters/probe/http-probe.ts'
import { prometheusMetrics } from '../adapters/prometheus/prometheus-metrics.ts'
import { checkRedis } from '../adapters/redis/check-redis.ts'
import { redisStore } from '../adapters/redis/redis-store.ts'
import { dockerLogins } from '../adapters/registry/docker-logins.ts'
import { ociRegistry } from '../adapters/registry/oci-registry.ts'
import { type SlackSettings, startSlack } from '../bot/app.ts'
import { slackPorts } from '../bot/slack-ports.ts'
import type { Config } from '../config.ts'
import type { Engine } from '../jobs/engine.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Registry } from '../ports/registry.ts'
import { checkContexts } from './check-contexts.ts'
import { makeAnswer, startWorker } from './compose.ts'

export interface RunOptions {
  readonly clock: Clock
  readonly log: Log
  /** In front of every key in Redis, in braces. Default `{tminus}`. */
  readonly prefix?: string
  /** Ports that the demo, the benchmarks and the stories bring themselves. */
  readonly replace?: Partial<
    Pick<Engine, 'store' | 'cluster' | 'eyes' | 'metrics' | 'registry' | 'probe' | 'journal' | 'incidents'>
  >
}

export interface Running {
  readonly engine: Engine
  /** Port of the signed-HTTP receiver; undefined in Socket Mode and for workers. */
  readonly port: number | undefined
  /** Ends what is under way, then lets go of every connection. */
  stop(): Promise<void>
}

export async function runBot(config: Config, options: RunOptions): Promise<Running | { readonly refused: string }> {
  const { log } = options
  const fitness = await checkRedis(config.redisUrl)
  if (fitness.refuse.length > 0) return { refused: fitness.refuse.join('\n') }
  for (const warning of fitness.warn) log.warn({}, warning)
  const contexts = options.replace?.cluster ? null : await contextsOf(config)
  if (contexts !== null) return { refused: contexts }
  const engine = makeEngine(config, options)
  const settings = slackSettings(config)
  const ports = slackPorts(settings, log)
  const slack =
    config.role === 'worker'
      ? null
      : await startSlack({
          answer: makeAnswer(engine, ports.people, config.services, ports.chat),
          services: config.services,
          log,
          slack: settings,
          ports,
        })
  const stops = [async () => slack?.stop(), engine.queue.close, engine.store.close, engine.cluster.close]
  if (config.role === 'bot') return { engine, port: slack?.port, stop: () => stopAll(stops) }
  const worker = await startWorker(engine, ports.chat)
  const sweeping = schedule(
    '* * * * *',
    () =>
      worker
        .sweep()
        .catch((error: unknown) => log.error({ error }, 'the sweep failed; the next one comes in a minute')),
    { noOverlap: true },
  )
  return {
    engine,
    port: slack?.port,
    async stop() {
      await sweeping.destroy()
      worker.stop()
      await stopAll(stops)
    },
  }
}

/** What is wrong with the contexts that the catalogue names; null: nothing. */
async function contextsOf({ services, kubeconfigPath }: Config): Promise<string | null> {
  const found = await checkContexts(services, 'the catalogue', { path: kubeconfigPath ?? undefined })
  if (found.kind === 'faults') return found.text
  return found.kind === 'known'
    ? null
    : 'The catalogue names kubeconfig contexts, and there is no kubeconfig here: set KUBECONFIG.'
}

/** An empty list of teams means: the bot's own workspace. */
function slackSettings({ slack }: Config): SlackSettings {
  const { botToken, port, command } = slack
  return {
    botToken,
    port,
    command,
    appToken: slack.appToken ?? undefined,
    signingSecret: slack.signingSecret ?? undefined,
    apiUrl: slack.apiUrl ?? undefined,
    allowedTeams: slack.allowedTeams.length > 0 ? slack.allowedTeams : undefined,
  }
}

function makeEngine(config: Config, { clock, log, prefix = '{tminus}', replace = {} }: RunOptions): Engine {
  const onError = (error: unknown) => log.warn({ error }, 'trouble with Redis or with a job; it is tried again')
  const { store, metrics, registry, probe, journal, incidents } = replace
  const own = kubernetesCluster({
    ...(config.kubeconfigPath === null ? {} : { kubeconfigPath: config.kubeconfigPath }),
    clock,
  })
  return {
    store: store ?? redisStore({ url: config.redisUrl, prefix, onError }),
    queue: bullmqQueue({ url: config.redisUrl, prefix, clock, role: config.role, onError }),
    cluster: replace.cluster ?? own,
    eyes: replace.eyes ?? own.eyes,
    metrics: metrics ?? makeMetrics(config, clock),
    registry: registry ?? makeRegistry(config, clock, log),
    probe: probe ?? httpProbe(),
    journal: journal ?? fileJournal(config.journalPath),
    incidents: incidents ?? fileJournal(config.incidentsPath),
    clock,
    log,
  }
}

function makeMetrics({ prometheusUrl: url, prometheusAuthorization: authorization }: Config, clock: Clock): Metrics {
  return prometheusMetrics({ url, clock, ...(authorization === undefined ? {} : { headers: { authorization } }) })
}

function makeRegistry({ dockerConfigDir: folder }: Config, clock: Clock, log: Log): Registry {
  if (folder === undefined) return ociRegistry({ clock })
  const logins = dockerLogins(folder, (sentence) => log.warn({}, sentence))
  return ociRegistry({ clock, credentials: logins })
}

/** In order, each even when one before it failed. */
async function stopAll(stops: readonly (() => Promise<void>)[]): Promise<void> {
  for (const stop of stops) await stop().catch(() => undefined)
}
