/** What is going on, one line for each deployment. */
import { type Deployment, hasWayBack, isLive } from '../../playbook/deployment.ts'
import { duration } from '../../playbook/durations.ts'
import type { ChatMessage } from '../../ports/chat.ts'
import { section } from './blocks.ts'
import { fitToSlack } from './fit-to-slack.ts'
import { dayAndTime, escapeText } from './mrkdwn.ts'
import { phaseTitle } from './progress.ts'
import { percent, stateWord } from './words.ts'

/** At most so many deployments are told; the rest are counted. */
const LISTED = 25

/** `now` in ms since the epoch; `service`: the one asked for, null for all. */
export function drawStatus(
  deployments: readonly Deployment[],
  now: number,
  service: string | null = null,
): ChatMessage {
  if (deployments.length === 0) {
    const text = service === null ? 'Nothing was deployed yet.' : `${escapeText(service)} was never deployed from here.`
    return fitToSlack({ text, blocks: [section(text)] })
  }
  const live = deployments.filter(isLive).length
  const title = `${live === 0 ? 'Nothing is live' : `${live} live`}, ${deployments.length} in all`
  const lines = deployments.slice(0, LISTED).map((deployment) => statusLine(deployment, now))
  const more = deployments.length > LISTED ? [`… ${deployments.length - LISTED} more`] : []
  const body = [...lines, ...more].join('\n')
  return fitToSlack({
    text: `${title}. ${(lines[0] ?? '').replaceAll('*', '')}`,
    blocks: [section(`*${title}*`), section(body)],
  })
}

function statusLine(deployment: Deployment, now: number): string {
  const { service, version, strategy, id, share } = deployment
  const lead = `*${escapeText(service)} ${escapeText(version)}* (${escapeText(id)}, ${strategy}) ${stateWord(deployment)}`
  if (isLive(deployment))
    return `${lead} · ${phaseTitle(deployment)} · ${percent(share.real ?? share.planned)} of traffic · ${duration(now - deployment.createdAt)}`
  const ended = deployment.endedAt === null ? '' : ` · ended ${dayAndTime(deployment.endedAt)}`
  const back =
    hasWayBack(deployment, now) && deployment.keepUntil !== null
      ? ` · way back until ${dayAndTime(deployment.keepUntil)}`
      : ''
  return `${lead}${ended}${back}`
}
