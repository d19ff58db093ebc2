/**
 * `tminus demo [--speed 60] [--port 4100] [--config tminus.yml]`: the real bot and workers against a local workspace with
 * a page, and a simulated cluster with metrics.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { scaledClock } from '../adapters/clocks.ts'
import { fileJournal } from '../adapters/journal/file-journal.ts'
import { startEmbeddedRedis } from '../adapters/redis/embedded-redis.ts'
import type { Catalogue, Config } from '../config.ts'
import { demoPeople } from '../demo/cast.ts'
import { panelSource } from '../demo/panel-source.ts'
import type { PanelSource } from '../demo/workspace/panels.ts'
import { startWorkspace } from '../demo/workspace/workspace.ts'
import { startWorld, type World } from '../demo/world.ts'
import { makeLog } from './make-log.ts'
import { loadCatalogue } from './read-catalogue.ts'
import { runBot } from './run-bot.ts'

export interface DemoPlace {
  /** Folder of the package: the built page is in its dist/demo/page. */
  readonly root: string
  /** The catalogue used when none is named. */
  readonly example: string
  readonly print: (line: string) => void
  /** REDIS_URL: used instead of a redis-server of the demo's own, under a prefix of its own. */
  readonly redisUrl: string | undefined
}

export interface Demo {
  readonly url: string
  readonly kubeconfigPath: string
  readonly world: World
  stop(): Promise<void>
}

const SPEED = 60
const PORT = 4100
const OLD_VERSION = 'v1.9'
const NEW_VERSION = 'v2.0'
const SEED = 7

export const DEMO_HELP = `Usage: tminus demo [options]

  --speed <n>      seconds of the demo in one real second (default: ${SPEED})
  --port <n>       of the page, on this machine only (default: ${PORT}; 0: any free one)
  --config <file>  your own catalogue (default: the example's)`

export async function demo(args: readonly string[], place: DemoPlace): Promise<number> {
  let values: ReturnType<typeof readOptions>
  try {
    values = readOptions(args)
  } catch (error) {
    return refuse(place, `${error instanceof Error ? error.message : String(error)}\n\n${DEMO_HELP}`)
  }
  if (values.help) return refuse(place, DEMO_HELP)
  const speed = Number(values.speed ?? SPEED)
  const port = Number(values.port ?? PORT)
  if (!(speed > 0 && speed <= 3_600)) return refuse(place, `--speed ${values.speed}: a number above 0 and up to 3600`)
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    return refuse(place, `--port ${values.port}: a port from 0 to 65535`)
  const loaded = loadCatalogue(values.config ?? place.example)
  if ('faults' in loaded) return refuse(place, loaded.faults)
  const running = await startDemo({
    catalogue: loaded.catalogue,
    speed,
    port,
    pageDir: join(place.root, 'dist', 'demo', 'page'),
    redisUrl: place.redisUrl,
  })
  tellHowTo(place.print, running, loaded.catalogue, speed)
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
  place.print('Stopping the demo.')
  await running.stop()
  return 0
}

function readOptions(args: readonly string[]) {
  const text = { type: 'string' } as const
  return parseArgs({ args: [...args], options: { speed: text, port: text, config: text, help: { type: 'boolean' } } })
    .values
}

function refuse({ print }: DemoPlace, why: string): number {
  print(why)
  return 1
}

function tellHowTo(
  print: (line: string) => void,
  { url, kubeconfigPath }: Demo,
  { services, slack }: Catalogue,
  speed: number,
): void {
  print('')
  print(`  The demo is ready: ${url}`)
  print('')
  print(`  Type there:      ${slack.command} ${services[0]?.name ?? 'api'} ${NEW_VERSION} canary`)
  print(`  Approve it as somebody else: switch person at the left. One real second is ${speed} s of the demo.`)
  print(
    `  Look inside:     kubectl --kubeconfig ${kubeconfigPath} get deploy,rs,pods,svc -n ${services[0]?.namespace ?? 'production'} -o wide`,
  )
  print('                   (its clock runs ahead of yours: ages of events read <invalid> in describe)')
  print('  Stop:            Ctrl-C')
  print('')
}

export interface DemoOptions {
  readonly catalogue: Catalogue
  readonly speed: number
  /** 0: any free port. */
  readonly port: number
  readonly pageDir: string
  readonly redisUrl?: string | undefined
}

export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { catalogue, speed, port, pageDir } = options
  const { services } = catalogue
  const folder = mkdtempSync(join(tmpdir(), 'tminus-demo-'))
  mkdirSync(join(folder, 'redis'))
  const redis = await startEmbeddedRedis({ dir: join(folder, 'redis'), url: options.redisUrl })
  const clock = scaledClock(speed)
  const world = await startWorld({
    clock,
    services,
    seed: SEED,
    version: OLD_VERSION,
    kubeconfigDir: folder,
    letTimePass: untilReady,
  })
  const { kubeconfigPath } = world
  const panels = panelSource({ world, services, clock, factor: speed, sickVersion: NEW_VERSION, kubeconfigPath })
  const workspace = await openWorkspace(catalogue, clock, panels, port, pageDir)
  const config: Config = {
    services,
    slack: {
      ...catalogue.slack,
      botToken: workspace.botToken,
      appToken: workspace.appToken,
      signingSecret: null,
      apiUrl: workspace.apiUrl,
    },
    redisUrl: redis.url,
    prometheusUrl: world.store.url,
    kubeconfigPath,
    journalPath: join(folder, 'deployments.log'),
    incidentsPath: join(folder, 'incidents.log'),
    role: 'all',
    logLevel: 'error',
  }
  const { cluster, eyes, metrics, registry, probe } = world
  const bot = await runBot(config, {
    clock,
    log: makeLog('error'),
    prefix: `{tminus-demo-${process.pid}}`,
    replace: { cluster, eyes, metrics, registry, probe, journal: fileJournal(config.journalPath) },
  })
  if ('refused' in bot) throw new Error(bot.refused)
  return {
    url: workspace.url,
    kubeconfigPath,
    world,
    async stop() {
      await bot.stop()
      panels.stop()
      await workspace.stop()
      await world.stop()
      await redis.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The old version's pods start in some seconds of the demo's time. */
async function untilReady(ready: () => boolean): Promise<void> {
  while (!ready()) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function openWorkspace(
  { services, slack }: Catalogue,
  clock: ReturnType<typeof scaledClock>,
  panels: PanelSource,
  port: number,
  staticDir: string,
) {
  const channels = [...new Set(services.map((service) => service.channel))]
  const first = services[0]?.name ?? 'api'
  const line = (words: string, description: string) => ({ line: `${slack.command} ${words}`, description })
  return startWorkspace({
    clock,
    port,
    people: demoPeople(services),
    channels: [
      ...channels.map((id, index) => ({
        id,
        name: index === 0 ? 'deployments' : `deployments-${index + 1}`,
        botIsMember: true,
      })),
      { id: 'C0GENERAL', name: 'general', botIsMember: true },
    ],
    commands: [slack.command],
    hints: [
      line(`${first} ${NEW_VERSION} canary`, 'Deploy by canary: 5, 25, 50, 100 %'),
      line(`plan ${first} ${NEW_VERSION}`, 'What would happen, step by step'),
      line('status', 'Where every service stands'),
      line(`hold ${first}`, 'Stop where it is; watching goes on'),
      line(`rollback ${first}`, 'All traffic back to the old version'),
      line('help', 'Everything it understands'),
    ],
    transport: { kind: 'socket' },
    panels,
    staticDir,
  })
}
