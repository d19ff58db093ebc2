/** One line of the timeline, as the thread tells it; what reaches the channel brings its case and its buttons. */
import type { Deployment, TimelineEntry } from '../../playbook/deployment.ts'
import { locateStep } from '../../playbook/plan.ts'
import { oldVersion } from '../../playbook/refuse.ts'
import type { ChatMessage } from '../../ports/chat.ts'
import { actions, type Block, context, section } from './blocks.ts'
import { buttonsNow } from './buttons.ts'
import { fitToSlack } from './fit-to-slack.ts'
import { codeBlock, dayAndTime, escapeText, mention, moment } from './mrkdwn.ts'
import { evidenceLine, podsLine, sampleLine, shareLine } from './readings.ts'
import { approversOf } from './waiting.ts'
import { awaitedApproval, markOf, percent } from './words.ts'

/** Evidence beyond so many characters keeps its head and its tail: the end of a log tells most. */
const EVIDENCE = 2_600

/** `now` (ms since the epoch) decides whether a way back still exists; by default the moment of the entry. */
export function drawEntry(entry: TimelineEntry, deployment: Deployment, now: number = entry.at): ChatMessage {
  const asked = approvalAsked(entry, deployment)
  const { icon, word } = asked === null ? markOf(entry) : { icon: '✋ ', word: '' }
  const spoken = `${word}${escapeText(entry.text)}${by(entry)}`
  const said = `${icon}${bold(word)}${escapeText(entry.text)}${by(entry)}`
  if (entry.audience !== 'channel')
    return fitToSlack({ text: spoken, blocks: [section(said), ...evidence(entry.evidence)] })
  const name = `${deployment.service} ${deployment.version}`
  // In the channel a line stands alone: it must say what it is about, once.
  const named = entry.text.includes(name)
  return fitToSlack({
    text: named ? spoken : `${escapeText(name)}: ${spoken}`,
    blocks: [
      section(`${named ? '' : `*${escapeText(name)}* · `}${said}${caller(entry, deployment)}`),
      ...caseOf(entry, deployment),
      ...evidence(entry.evidence),
      ...actions(buttonsNow(deployment, now)),
    ],
  })
}

/** What was not told while Slack or the bot was away, in one message, oldest first. */
export function drawMissed(entries: readonly TimelineEntry[], deployment: Deployment, now: number): ChatMessage {
  const first = entries[0]
  const last = entries.at(-1)
  const span = first && last ? `, ${moment(first.at)} to ${moment(last.at)}` : ''
  const lead = `Told late${span}: Slack or the bot was away. ${entries.length} things happened to ${escapeText(deployment.id)}:`
  const told = entries.map(
    (entry) => `${moment(entry.at)} ${markOf(entry).icon}${bold(markOf(entry).word)}${escapeText(shorten(entry.text))}`,
  )
  const loud = entries.some((entry) => entry.audience === 'channel')
  return fitToSlack({
    text: `${lead} the last: ${escapeText(last?.text ?? '')}`,
    blocks: [
      section(`*${lead}*`),
      ...middleOut(told).map((line) => section(line)),
      ...(loud ? actions(buttonsNow(deployment, now)) : []),
    ],
  })
}

function bold(word: string): string {
  return word === '' ? '' : `*${word.trim()}* `
}

/** Lines of a digest that are kept: the first few say how it began, the last how it stands. */
const DIGEST = { head: 5, tail: 20, text: 280 } as const

function middleOut(lines: readonly string[]): readonly string[] {
  const left = lines.length - DIGEST.head - DIGEST.tail
  if (left <= 0) return [lines.join('\n')]
  return [[...lines.slice(0, DIGEST.head), `… ${left} more`, ...lines.slice(-DIGEST.tail)].join('\n')]
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length <= DIGEST.text ? line : `${line.slice(0, DIGEST.text - 1)}…`
}

/** The same message for a second try of which nobody knows whether the first arrived. */
export function sayPerhapsTwice(message: ChatMessage): ChatMessage {
  const note = 'You may read this twice: the connection broke while it was sent the first time.'
  return fitToSlack({ text: message.text, blocks: [...message.blocks, context(`_${note}_`)] })
}

function by(entry: TimelineEntry): string {
  if (entry.by === undefined || entry.text.includes(entry.by.name)) return ''
  return ` (${escapeText(entry.by.name)})`
}

/** The share this entry asks approval for, percent; null for every other entry. */
function approvalAsked(entry: TimelineEntry, deployment: Deployment): number | null {
  const want = entry.step === undefined ? undefined : locateStep(deployment.plan, entry.step)?.step.want
  return entry.audience === 'channel' && want?.do === 'approve' ? want.percent : null
}

/** Mentions only people who have something to do: approvers for an approval, the requester when something is wrong. */
function caller(entry: TimelineEntry, deployment: Deployment): string {
  if (approvalAsked(entry, deployment) !== null)
    return awaitedApproval(deployment) === null ? '' : `\nAsked of: ${approversOf(deployment)}`
  const wrong = entry.level === 'warning' || entry.level === 'bad'
  return wrong ? `\nFor ${mention(deployment.requester.id)}, who asked for this deployment.` : ''
}

/** What somebody needs to know to decide, without opening anything else. */
function caseOf(entry: TimelineEntry, deployment: Deployment): readonly Block[] {
  const approval = approvalAsked(entry, deployment)
  const parts = approval !== null ? [approvalCase(deployment, approval)] : evidenceOf(entry, deployment)
  const told = parts.filter((part) => part !== null && part !== '')
  return told.length === 0 ? [] : [context(told.join('\n'))]
}

/** Nothing about a version that is gone: its line says why it went. Of one that is well, only how long the way back exists. */
function evidenceOf(entry: TimelineEntry, deployment: Deployment): readonly (string | null)[] {
  const { status, goingBack } = deployment
  if (status === 'refused' || status === 'rolled-back' || goingBack?.restoredAt !== undefined) return []
  if (entry.level === 'good') return [wayBack(deployment)]
  return [
    shareLine(deployment),
    sampleLine(deployment),
    evidenceLine(deployment),
    podsLine(deployment),
    countdown(deployment),
    wayBack(deployment),
  ]
}

function approvalCase(deployment: Deployment, share: number): string {
  const image = escapeText(deployment.plan.service.image)
  const digest = deployment.digest === null ? 'digest not known' : escapeText(deployment.digest.slice(0, 19))
  const ends = deployment.stepSince + deployment.plan.service.timeouts.approvalMs
  return [
    `You approve: ${percent(share)} of production traffic to ${escapeText(deployment.version)}, now on ${escapeText(oldVersion(deployment))}.`,
    `Image ${image}, ${digest}. Valid until ${moment(ends)}.`,
    sampleLine(deployment),
    podsLine(deployment),
  ]
    .filter((line) => line !== null)
    .join('\n')
}

function countdown(deployment: Deployment): string | null {
  const at = deployment.hold?.rollBackAt
  return at === undefined || deployment.status !== 'holding'
    ? null
    : `⏳ Rolls back by itself at ${moment(at)} unless somebody decides before.`
}

function wayBack(deployment: Deployment): string | null {
  if (deployment.status !== 'completed' || deployment.keepUntil === null) return null
  return `Way back to ${escapeText(oldVersion(deployment))} until ${dayAndTime(deployment.keepUntil)}.`
}

function evidence(text: string | undefined): readonly Block[] {
  if (text === undefined || text.trim() === '') return []
  return [section(codeBlock(headAndTail(text.replace(/\s+$/, ''))))]
}

function headAndTail(text: string): string {
  if (escapeText(text).length <= EVIDENCE) return text
  const lines = text.split('\n').map((line) => (line.length > 300 ? `${line.slice(0, 299)}…` : line))
  const head: string[] = []
  const tail: string[] = []
  const room = () => EVIDENCE - escapeText([...head, ...tail].join('\n')).length - 320 * 5
  while (head.length + tail.length < lines.length && room() > 0) {
    if (tail.length <= head.length * 3) tail.unshift(lines[lines.length - 1 - tail.length] ?? '')
    else head.push(lines[head.length] ?? '')
  }
  const left = lines.length - head.length - tail.length
  return [...head, ...(left > 0 ? [`… ${left} more lines …`] : []), ...tail].join('\n')
}
