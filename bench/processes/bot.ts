/** The bot and its workers, joined as in production; only the registry, the probe and the journal are silent. */
import { realClock } from '../../src/adapters/clocks.ts'
import { runBot } from '../../src/commands/run-bot.ts'
import type { Config } from '../../src/config.ts'
import type { Service } from '../../src/playbook/service.ts'
import { quietLog } from './quiet-log.ts'
import { serve } from './serve.ts'
import type { SlackAccess } from './workspace.ts'

export interface BotSettings {
  readonly slack: SlackAccess
  readonly redisUrl: string
  readonly prometheusUrl: string
  readonly kubeconfigPath: string | null
  readonly role: Config['role']
  readonly services: readonly Service[]
}

export interface BotApi {
  start(input: BotSettings): Promise<void>
  /** Processor time used since the start, ms. */
  cpuMs(input: null): Promise<number>
}

export function configOf(settings: BotSettings): Config {
  const { slack, redisUrl, prometheusUrl, kubeconfigPath, role, services } = settings
  return {
    services,
    slack: { ...slack, signingSecret: null, port: 0, command: '/deploy', allowedTeams: [] },
    redisUrl,
    prometheusUrl,
    kubeconfigPath,
    journalPath: 'deployments.log',
    incidentsPath: 'incidents.log',
    role,
    logLevel: 'error',
  }
}

serve<BotApi>({
  start: async (settings) => {
    const running = await runBot(configOf(settings), {
      clock: realClock(),
      log: quietLog(),
      replace: {
        registry: { resolve: async () => ({ kind: 'unknown', why: 'there is no registry here' }) },
        probe: { get: async () => ({ kind: 'answered', status: 200, ms: 1, body: 'ok' }) },
        journal: { append: async () => {} },
      },
    })
    if ('refused' in running) throw new Error(running.refused)
  },
  cpuMs: () => {
    const { user, system } = process.cpuUsage()
    return Promise.resolve((user + system) / 1000)
  },
})
