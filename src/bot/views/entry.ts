/** One line of the timeline, as the thread tells it; what reaches the channel brings its case and its buttons. */
import type { Deployment, TimelineEntry } from '../../playbook/deployment.ts'
import { reallyByPods } from '../../playbook/pod-share.ts'
import { oldVersion } from '../../playbook/refuse.ts'
import { approvedPart } from '../../playbook/rolling.ts'
import type { ChatMessage } from '../../ports/chat.ts'
import { actions, type Block, context, section } from './blocks.ts'
import { fitToSlack } from './fit-to-slack.ts'
import { codeBlock, dayAndTime, escapeText, mention, moment } from './mrkdwn.ts'
import { approvalAsked, type Standing, standingOf } from './question.ts'
import { evidenceLine, imageLine, podsLine, sampleLine, shareLine } from './readings.ts'
import { shortLine } from './text-pieces.ts'
import { approversOf } from './waiting.ts'
import { awaitedApproval, markOf, percent } from './words.ts'

/**
 * Evidence beyond so many characters keeps its head and its tail: the end of a log tells most. Some twenty checks with
 * theirs come to 5,000; what is over 3,000 goes into several blocks.
 */
const EVIDENCE = 6_500

/**
 * What the message of this line looks like at `now` (ms since the epoch; by default the moment of the entry), when `since`
 * is what the timeline has after it. Once its question is decided the sentence stays, with who or what decided; the
 * readings of the moment and the buttons go.
 */
export function drawEntry(
  entry: TimelineEntry,
  deployment: Deployment,
  now: number = entry.at,
  since: readonly TimelineEntry[] = [],
): ChatMessage {
  const standing = standingOf([entry], deployment, since, now)
  const over = isOver(standing)
  const asked = approvalAsked(entry, deployment)
  const { icon, word } = asked === null ? markOf(entry) : { icon: over ? '' : '✋ ', word: '' }
  const spoken = `${word}${escapeText(entry.text)}${by(entry)}`
  const said = `${icon}${bold(word)}${escapeText(entry.text)}${by(entry)}`
  if (entry.audience !== 'channel')
    return fitToSlack({ text: spoken, blocks: [section(said), ...evidence(entry.evidence)] })
  const name = `${deployment.service} ${deployment.version}`
  // In the channel a line stands alone: it must say what it is about, once.
  const named = entry.text.includes(name)
  return fitToSlack({
    text: `${named ? spoken : `${escapeText(name)}: ${spoken}`}${aloud(standing)}`,
    blocks: [
      section(`${named ? '' : `*${escapeText(name)}* · `}${said}${over ? '' : caller(entry, deployment)}`),
      ...answer(standing),
      ...caseOf(entry, deployment, over),
      ...evidence(entry.evidence),
      ...actions(standing.buttons),
    ],
  })
}

/** What was not told while Slack or the bot was away, in one message, oldest first; `now` and `since` as for one line. */
export function drawMissed(
  entries: readonly TimelineEntry[],
  deployment: Deployment,
  now: number,
  since: readonly TimelineEntry[] = [],
): ChatMessage {
  const standing = standingOf(entries, deployment, since, now)
  const first = entries[0]
  const last = entries.at(-1)
  const span = first && last ? `, ${moment(first.at)} to ${moment(last.at)}` : ''
  const lead = `Told late${span}: Slack or the bot was away. ${entries.length} things happened to ${escapeText(deployment.id)}:`
  const asked = entries.findLast((entry) => approvalAsked(entry, deployment) !== null)
  const told = entries.map(
    (entry) =>
      `${moment(entry.at)} ${markOf(entry).icon}${bold(markOf(entry).word)}${escapeText(shortLine(entry.text, DIGEST.text))}`,
  )
  return fitToSlack({
    text: `${lead} the last: ${escapeText(last?.text ?? '')}${aloud(standing)}`,
    blocks: [
      section(`*${lead}*`),
      ...middleOut(told).map((line) => section(line)),
      ...answer(standing),
      ...(asked === undefined ? [] : caseOf(asked, deployment, isOver(standing))),
      ...actions(standing.buttons),
    ],
  })
}

/** Something was asked, and nobody can decide it any more. */
function isOver(standing: Standing): boolean {
  return standing.answer !== null && standing.buttons.length === 0
}

function answer(standing: Standing): readonly Block[] {
  return standing.answer === null ? [] : [section(standing.answer)]
}

function aloud(standing: Standing): string {
  return standing.answer === null ? '' : ` ${standing.answer.replaceAll('*', '')}`
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

/** The same message for a second try of which nobody knows whether the first arrived. */
export function sayPerhapsTwice(message: ChatMessage): ChatMessage {
  const note = 'You may read this twice: the connection broke while it was sent the first time.'
  return fitToSlack({ text: message.text, blocks: [...message.blocks, context(`_${note}_`)] })
}

function by(entry: TimelineEntry): string {
  if (entry.by === undefined || entry.text.includes(entry.by.name)) return ''
  return ` (${escapeText(entry.by.name)})`
}

/** Mentions only people who have something to do: approvers for an approval, the requester when something is wrong. */
function caller(entry: TimelineEntry, deployment: Deployment): string {
  if (approvalAsked(entry, deployment) !== null)
    return awaitedApproval(deployment) === null ? '' : `\nAsked of: ${approversOf(deployment)}`
  const wrong = entry.level === 'warning' || entry.level === 'bad'
  return wrong ? `\nFor ${mention(deployment.requester.id)}, who asked for this deployment${decides(deployment)}.` : ''
}

/** The requester may go back, but not on: who may is called too. */
function decides(deployment: Deployment): string {
  if (deployment.status !== 'holding' || deployment.hold?.reason === 'blind') return ''
  return `; to decide: ${approversOf(deployment)}`
}

/** What somebody needs to know to decide, without opening anything else. */
function caseOf(entry: TimelineEntry, deployment: Deployment, over: boolean): readonly Block[] {
  const approval = approvalAsked(entry, deployment)
  const parts =
    approval !== null ? approvalCase(deployment, approval.percent, over) : over ? [] : evidenceOf(entry, deployment)
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

/** What is approved; while it is asked, also until when and how the version does now. */
function approvalCase(deployment: Deployment, share: number | null, over: boolean): readonly (string | null)[] {
  const ends = deployment.stepSince + deployment.plan.service.timeouts.approvalMs
  const version = escapeText(deployment.version)
  const traffic =
    share === null
      ? escapeText(approvedPart(deployment, share))
      : `${percent(share)} of production traffic to ${version}${reallyByPods(deployment, share)}`
  if (over) return [`Asked for: ${traffic}. ${imageLine(deployment)}.`]
  return [
    `You approve: ${traffic}, now on ${escapeText(oldVersion(deployment))}.`,
    `${imageLine(deployment)}. Valid until ${moment(ends)}.`,
    sampleLine(deployment),
    podsLine(deployment),
  ]
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
