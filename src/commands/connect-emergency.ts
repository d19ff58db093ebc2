/** What the emergency command works with: whatever of it can be reached. */
import { bullmqQueue } from '../adapters/bullmq/bullmq-queue.ts'
import { realClock } from '../adapters/clocks.ts'
import { fileJournal } from '../adapters/journal/file-journal.ts'
import { kubernetesCluster } from '../adapters/kubernetes/kubernetes-cluster.ts'
import { httpProbe } from '../adapters/probe/http-probe.ts'
import { redisStore } from '../adapters/redis/redis-store.ts'
import { slackPorts } from '../bot/slack-ports.ts'
import { type Environment, readEnvironment } from '../config/environment.ts'
import type { Catalogue } from '../config.ts'
import type { EmergencyParts } from '../handlers/emergency-parts.ts'
import { makeLog } from './make-log.ts'

/** Leaving Redis politely is given so long, real ms. */
const CLOSE_MS = 1_500

export interface ConnectedParts extends EmergencyParts {
  close(): Promise<void>
}

/** Connects to nothing yet; settings of the environment that are missing or wrong make their part absent, not the rest. */
export async function connectEmergency(catalogue: Catalogue, env: Environment): Promise<ConnectedParts> {
  const { settings } = readEnvironment(env)
  const { redisUrl: url, kubeconfigPath, botToken, apiUrl } = settings
  const clock = realClock()
  const log = makeLog('silent')
  const onError = () => undefined
  const prefix = '{tminus}'
  const store = redisStore({ url, prefix, onError })
  const queue = bullmqQueue({ url, prefix, clock, role: 'bot', onError })
  const cluster = kubernetesCluster({ ...(kubeconfigPath === null ? {} : { kubeconfigPath }), clock })
  return {
    store,
    queue,
    cluster,
    clock,
    log,
    probe: httpProbe(),
    incidents: fileJournal(catalogue.incidentsPath),
    chat:
      botToken === ''
        ? { absent: 'SLACK_BOT_TOKEN is not set here' }
        : slackPorts({ botToken, apiUrl: apiUrl ?? undefined, command: catalogue.slack.command }, log).chat,
    async close() {
      const closing = Promise.allSettled([queue.close(), store.close(), cluster.close()])
      let timer: NodeJS.Timeout | undefined
      await Promise.race([closing, new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_MS)))])
      clearTimeout(timer)
    },
  }
}
