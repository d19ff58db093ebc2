/**
 * The surroundings of a real bot: a workspace and a simulated cluster with its metrics, on a scaled clock and real
 * sockets. The bot itself is started by the story, in this process or in one of its own that can be killed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisStore } from '../../src/adapters/redis/redis-store.ts'
import { printMessage } from '../../src/bot/transcript.ts'
import { type Running, runBot } from '../../src/commands/run-bot.ts'
import type { Config } from '../../src/config.ts'
import { demoPeople } from '../../src/demo/cast.ts'
import type { SlackMessage } from '../../src/demo/workspace/channel-store.ts'
import type { EphemeralOrAck } from '../../src/demo/workspace/interactions.ts'
import { startWorkspace } from '../../src/demo/workspace/workspace.ts'
import type { Workspace } from '../../src/demo/workspace/workspace-interface.ts'
import { startWorld, type World } from '../../src/demo/world.ts'
import type { Deployment, TimelineEntry } from '../../src/playbook/deployment.ts'
import type { Service } from '../../src/playbook/service.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Store } from '../../src/ports/store.ts'
import { anchoredClock } from './anchored-clock.ts'
import { type Papers, SILENT } from './papers.ts'

/** One real second is two minutes of a deployment. */
const FACTOR = 120
/** A story that looks into the record waits longer for it than people do: the machine may be busy. Real ms. */
const READ_WITHIN_MS = 10_000
export const BEN = 'U0BEN'
export const ANNA = 'U0ANNA'
export const CHLOE = 'U0CHLOE'
export const CHANNEL = 'C0DEPLOYS'

export interface Town {
  readonly clock: Clock
  readonly world: World
  readonly workspace: Workspace
  readonly papers: Papers
  command(who: string, line: string): Promise<EphemeralOrAck>
  /** Presses a button of the card, or of another message. */
  press(who: string, actionId: string, message?: SlackMessage): Promise<EphemeralOrAck>
  /** Messages that are no replies: the card, and nothing else. */
  roots(): readonly SlackMessage[]
  card(): SlackMessage | undefined
  /** The card's thread without the card. */
  replies(): readonly SlackMessage[]
  /** What the person saw alone, newest last. */
  told(who: string): readonly string[]
  /** Asks now, and after each change of workspace, cluster and whatever else pokes; resolves with the first that is not undefined. */
  when<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T>
  poke(): void
  /** The first deployment of the first service, unless another is named. */
  load(id?: string): Promise<Deployment | undefined>
  timeline(id?: string): Promise<readonly TimelineEntry[]>
  /** Runs the bot in this process. */
  run(over?: Partial<Config>): Promise<Running>
  stop(): Promise<void>
}

export async function openTown(services: readonly Service[], redisUrl: string): Promise<Town> {
  const folder = mkdtempSync(join(tmpdir(), 'tminus-town-'))
  const anchor = Date.now()
  const clock = anchoredClock(anchor, FACTOR)
  const pokes = new Set<() => void>()
  const poke = () => {
    for (const tell of pokes) tell()
  }
  const world = await startWorld({
    clock,
    services,
    seed: 1,
    version: 'v1.9',
    kubeconfigDir: folder,
    letTimePass: (ready) => allowed(clock, ready),
  })
  const workspace = await startWorkspace({
    clock,
    people: demoPeople(services),
    channels: [{ id: CHANNEL, name: 'deployments', botIsMember: true }],
    commands: ['/deploy'],
    transport: { kind: 'socket' },
  })
  const stops = [workspace.onChange(poke), world.simulation.onChange(poke)]
  const prefix = `{story-${anchor}-${Math.random().toString(36).slice(2)}}`
  const config = configOf(services, workspace, world, redisUrl, folder)
  const papers: Papers = { config, prefix, anchor, factor: FACTOR, outsideHost: world.store.registryHost }
  const store = redisStore({ url: redisUrl, prefix, commandTimeoutMs: READ_WITHIN_MS })
  const running: Running[] = []
  const roots = () => workspace.messages(CHANNEL).filter((message) => message.threadTs === undefined)
  const card = () => roots()[0]
  const first = `${services[0]?.name ?? ''}-1`
  return {
    clock,
    world,
    workspace,
    papers,
    poke,
    roots,
    card,
    command: (who, line) => workspace.command(who, CHANNEL, line),
    press: (who, actionId, message = card()) =>
      workspace.click({ userId: who, channelId: CHANNEL, messageTs: message?.ts ?? '', actionId }),
    replies: () => workspace.thread(CHANNEL, card()?.ts ?? '').slice(1),
    told: (who) => workspace.ephemerals(who).map(read),
    when: (look) => whenPoked(pokes, look),
    load: (id = first) => store.load(id),
    timeline: (id = first) => store.timeline(id),
    async run(over = {}) {
      const bot = await runBot(
        { ...config, ...over },
        {
          clock,
          log: SILENT,
          prefix,
          replace: {
            registry: world.registry,
            probe: world.probe,
            store: tellingStore(redisStore({ url: redisUrl, prefix }), poke),
          },
        },
      )
      if ('refused' in bot) throw new Error(bot.refused)
      running.push(bot)
      return bot
    },
    async stop() {
      pokes.clear()
      for (const bot of running) await bot.stop()
      for (const stop of stops) stop()
      await store.close()
      await workspace.stop()
      await world.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function configOf(services: readonly Service[], workspace: Workspace, world: World, redisUrl: string, folder: string) {
  const config: Config = {
    services,
    slack: {
      botToken: workspace.botToken,
      appToken: workspace.appToken,
      signingSecret: null,
      apiUrl: workspace.apiUrl,
      port: 0,
      command: '/deploy',
      allowedTeams: [],
    },
    redisUrl,
    prometheusUrl: world.store.url,
    kubeconfigPath: world.kubeconfigPath,
    journalPath: join(folder, 'deployments.log'),
    incidentsPath: join(folder, 'incidents.log'),
    role: 'all',
    logLevel: 'error',
  }
  return config
}

export function read(message: SlackMessage | undefined): string {
  return message ? printMessage({ text: message.text, blocks: message.blocks ?? [] }) : ''
}

function allowed(clock: Clock, ready: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => (ready() ? resolve() : void clock.schedule(clock.now() + 1_000, look))
    look()
  })
}

function tellingStore(store: Store, saved: () => void): Store {
  return {
    ...store,
    async save(...args) {
      const result = await store.save(...args)
      saved()
      return result
    },
  }
}

function whenPoked<T>(pokes: Set<() => void>, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  return new Promise((resolve, reject) => {
    let busy = false
    let again = false
    const ask = async () => {
      again = busy
      if (busy) return
      busy = true
      const found = await look()
      busy = false
      if (found !== undefined) {
        pokes.delete(poked)
        return resolve(found)
      }
      if (again) await ask()
    }
    // Whoever is no longer in the list had their answer, or the town is closed: nobody waits for what comes of it.
    const poked = () => void ask().catch((error: unknown) => pokes.delete(poked) && reject(error))
    pokes.add(poked)
    poked()
  })
}
