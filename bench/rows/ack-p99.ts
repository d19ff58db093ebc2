/**
 * People type and press at 100/s for 20 s, whether or not the earlier acts were acknowledged: half of them commands (new
 * deployments, holds and resumes, status), half of them presses on cards. The bot is a process of its own, connected over
 * Socket Mode; the Slack stand-in, a process too, takes the time from its sending to its hearing the acknowledgement.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { slackPorts } from '../../src/bot/slack-ports.ts'
import { drawCard } from '../../src/bot/views/card.ts'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { ben, must } from '../../test/playbook/fixtures.ts'
import { startRedis } from '../../test/redis-server.ts'
import { startChild } from '../child.ts'
import { liveServices, recordLive } from '../live-records.ts'
import type { Row } from '../measurement.ts'
import type { BotApi } from '../processes/bot.ts'
import type { ClusterApi } from '../processes/cluster.ts'
import type { LoadAct, SlackAccess, WorkspaceApi } from '../processes/workspace.ts'
import { CHANNEL } from '../processes/workspace-channel.ts'
import { quantile, round } from '../statistics.ts'

const PER_SECOND = 100
const SECONDS = 20
/** Services with a live deployment and two cards: one that shows Hold, one that shows Resume. */
const LIVE = 40
const FRESH = PER_SECOND * SECONDS * 0.2

interface Cards {
  readonly hold: string
  readonly resume: string
}

export const ackP99: Row = {
  name: 'ack-p99',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'tminus-bench-'))
    const kubeconfigPath = join(folder, 'kubeconfig')
    const redis = await startRedis()
    const cluster = await startChild<ClusterApi>('cluster')
    const workspace = await startChild<WorkspaceApi>('workspace')
    const bot = await startChild<BotApi>('bot')
    try {
      const services = liveServices(LIVE + FRESH)
      await cluster.call('start', { kubeconfigPath, services: services.slice(0, LIVE) })
      const slack = await workspace.call('start', null)
      const live = await recordLive(redis.url, services.slice(0, LIVE), 'spread')
      const cards = await postCards(slack, live)
      const prometheusUrl = 'http://127.0.0.1:9'
      await bot.call('start', { slack, redisUrl: redis.url, prometheusUrl, kubeconfigPath, role: 'bot', services })
      await workspace.call('connected', null)
      await workspace.call('load', { acts: makeActs(cards).slice(0, 200), perSecond: PER_SECOND })
      const cpuBefore = await bot.call('cpuMs', null)
      const seen = await workspace.call('load', { acts: makeActs(cards), perSecond: PER_SECOND })
      const times = seen.map((act) => act.ackMs)
      const cpu = ((await bot.call('cpuMs', null)) - cpuBefore) / (SECONDS * 10)
      const late = seen.filter((act) => !act.ok).length
      const lost = seen.filter((act) => act.shown.includes('Not recorded')).length
      const note = `${seen.length} acts at ${PER_SECOND}/s; median ${round(quantile(times, 0.5))}, longest ${round(quantile(times, 1))} ms; ${late} not acknowledged in 3 s, ${lost} answered “not recorded”; the bot used ${Math.round(cpu)} % of a core`
      return [{ name: this.name, value: round(quantile(times, 0.99)), unit: 'ms', goal: 50, better: 'lower', note }]
    } finally {
      await bot.kill()
      await workspace.kill()
      await cluster.kill()
      await redis.stop()
      await rm(folder, { recursive: true, force: true })
    }
  },
}

/** Both cards of each deployment, posted as the bot would. */
async function postCards(slack: SlackAccess, live: readonly Deployment[]): Promise<readonly Cards[]> {
  const quiet = () => undefined
  const { chat } = slackPorts(slack, { debug: quiet, info: quiet, warn: quiet, error: quiet })
  const to = { channel: CHANNEL, thread: null, broadcast: false }
  const cards: Cards[] = []
  for (const deployment of live) {
    const now = Date.now()
    const draw = (shown: Deployment) => drawCard({ deployment: shown, now, durations: [] })
    const held = must(deployment, { type: 'held', by: ben, reason: null }, now).deployment
    const hold = await chat.post(draw(deployment), { ...to, key: `${deployment.id}/running` })
    const resume = await chat.post(draw(held), { ...to, key: `${deployment.id}/holding` })
    cards.push({ hold, resume })
  }
  return cards
}

/** In ten acts: five presses, two new deployments, a hold, a resume, a status. */
function makeActs(cards: readonly Cards[]): readonly LoadAct[] {
  return Array.from({ length: PER_SECOND * SECONDS }, (_, act): LoadAct => {
    const place = Math.floor(act / 10)
    const name = `svc-${(place % LIVE) + 1}`
    const card = cards[(place * 5 + Math.floor((act % 10) / 2)) % LIVE]
    if (act % 2 === 0 && card)
      return place % 2 === 0 ? { card: card.hold, action: 'hold' } : { card: card.resume, action: 'resume' }
    if (act % 10 === 1) return { line: `/deploy hold ${name}` }
    if (act % 10 === 3) return { line: `/deploy resume ${name}` }
    if (act % 10 === 5) return { line: `/deploy status ${name}` }
    return { line: `/deploy svc-${LIVE + 1 + place * 2 + (act % 10 === 7 ? 0 : 1)} v2.0 canary` }
  })
}
