/**
 * What a message of the channel asks of people, and how that stands now. A question is open for as long as somebody can
 * still decide it; then its buttons go, and a sentence says who or what decided.
 */
import type { Button } from '@slack/web-api'
import { type Deployment, hasWayBack, type Status, type TimelineEntry } from '../../playbook/deployment.ts'
import { locateStep } from '../../playbook/plan.ts'
import { buttonsNow } from './buttons.ts'
import { escapeText, moment, quoteText } from './mrkdwn.ts'
import { shortLine } from './text-pieces.ts'

type Question = 'approval' | 'hold' | 'way-back'

export interface Standing {
  readonly buttons: readonly Button[]
  /** Who or what decided, as mrkdwn; null while nobody did, and where nothing is asked. Beside buttons: what was said meanwhile. */
  readonly answer: string | null
  /** Nothing that can still happen changes the message. */
  readonly settled: boolean
  /** The same for two looks between which the message need not be drawn again; empty where nothing is asked. */
  readonly look: string
}

const NOTHING_ASKED: Standing = { buttons: [], answer: null, settled: true, look: '' }

/** Characters of a reason under a question; all of it is in the thread. */
const REASON = 280

/**
 * How the questions of one message stand. `told` are its entries (one, or those of a digest), `since` the entries of the
 * timeline after them, as far as known: where the record is ahead of them the question is closed without a name, and not
 * settled.
 */
export function standingOf(
  told: readonly TimelineEntry[],
  deployment: Deployment,
  since: readonly TimelineEntry[],
  now: number,
): Standing {
  const standings = told.flatMap((entry, index) => {
    const question = questionOf(entry, deployment)
    // A digest tells its own answers.
    const answered = question === null || told.slice(index + 1).some((later) => isEnd(question, entry, later))
    return answered ? [] : [standing(question, entry, deployment, since, now)]
  })
  return standings.findLast((one) => one.buttons.length > 0) ?? standings.at(-1) ?? NOTHING_ASKED
}

/** What this entry asks approval for: a share, percent, or (null) the first pods; null itself for every other entry. */
export function approvalAsked(
  entry: TimelineEntry,
  deployment: Deployment,
): { readonly percent: number | null } | null {
  const want = entry.step === undefined ? undefined : locateStep(deployment.plan, entry.step)?.step.want
  return entry.audience === 'channel' && want?.do === 'approve' ? { percent: want.percent } : null
}

function standing(
  question: Question,
  entry: TimelineEntry,
  deployment: Deployment,
  since: readonly TimelineEntry[],
  now: number,
): Standing {
  const closed = (answer: string, settled: boolean) => ({ buttons: [], answer, settled, look: answer })
  const end = since.find((later) => isEnd(question, entry, later))
  if (end !== undefined) return closed(answerOf(end, deployment), true)
  if (!isOpen(question, entry, deployment, now)) return closed(OVER[question], false)
  const buttons = buttonsNow(deployment, now)
  const answer = question === 'hold' ? heldMeanwhile(since) : null
  const look = [
    ...buttons.map((button) => `${button.action_id} ${button.value}`),
    answer,
    deadline(question, deployment),
  ]
  return { buttons, answer, settled: false, look: look.join('\n') }
}

const GONE: readonly (Status | undefined)[] = ['going-back', 'rolled-back', 'refused']

function questionOf(entry: TimelineEntry, deployment: Deployment): Question | null {
  if (entry.audience !== 'channel') return null
  if (approvalAsked(entry, deployment) !== null) return 'approval'
  if (GONE.includes(entry.to) || entry.type.startsWith('way-back')) return null
  return entry.level === 'good' || entry.type === 'checked-in' || isAfterwards(entry, deployment) ? 'way-back' : 'hold'
}

/** A breach of one that is complete holds nothing: what is asked is whether to go back. */
function isAfterwards({ type, at }: TimelineEntry, { endedAt }: Deployment): boolean {
  return type === 'pods-failing' && endedAt !== null && at > endedAt
}

/** By the record alone. */
function isOpen(question: Question, entry: TimelineEntry, deployment: Deployment, now: number): boolean {
  const { status, step, approvals } = deployment
  if (question === 'hold') return status === 'holding'
  if (question === 'way-back') return status === 'completed' && hasWayBack(deployment, now)
  const waits = (status === 'running' || status === 'holding') && step === entry.step
  return waits && !approvals.some((approval) => approval.step === entry.step)
}

/** Does this later entry decide what `asked` asks? */
function isEnd(question: Question, asked: TimelineEntry, later: TimelineEntry): boolean {
  if (GONE.includes(later.to)) return true
  switch (question) {
    case 'approval':
      // Asked again after traffic was taken away and given back: the newer message has the buttons.
      return later.step === asked.step && (later.type === 'approved' || later.audience === 'channel')
    case 'hold':
      return later.to !== undefined && later.to !== 'holding'
    case 'way-back':
      return later.type === 'superseded' || later.type === 'forgotten'
  }
}

const OVER: Readonly<Record<Question, string>> = {
  approval: '*No longer asked.*',
  hold: '*It holds no more.*',
  'way-back': '⌛ *The old version is no longer kept.*',
}

/** What changes the sentences of an open question: until when it waits. */
function deadline(question: Question, { stepSince, hold, keepUntil }: Deployment): number | null {
  if (question === 'approval') return stepSince
  return question === 'hold' ? (hold?.rollBackAt ?? null) : keepUntil
}

/** A person who holds what holds already ends its countdown, not the hold. */
function heldMeanwhile(since: readonly TimelineEntry[]): string | null {
  const held = since.findLast((later) => later.type === 'held')
  return held === undefined ? null : `⏸️ *Held by ${quoteText(held.by?.name ?? 'somebody')}* at ${moment(held.at)}`
}

function answerOf(end: TimelineEntry, deployment: Deployment): string {
  const at = moment(end.at)
  const who = quoteText(end.by?.name ?? 'somebody')
  const why = (text: string) => escapeText(shortLine(text, REASON))
  switch (end.type) {
    case 'approved':
      return `✅ *Approved by ${who}* at ${at}`
    case 'resumed':
      return `▶️ *Resumed by ${who}* at ${at}`
    case 'abort-asked':
      return `⏹️ *Aborted by ${who}* at ${at}`
    case 'rollback-asked':
      return `⏪ *Rolled back by ${who}* at ${at}`
    case 'approval-expired':
      return `⌛ *Nobody approved in time*: it ended at ${at}`
    case 'countdown-over':
      return `⏪ *Nobody decided in time*: it rolled back by itself at ${at}`
    case 'superseded':
    case 'forgotten':
      return `⌛ *The way back is closed* since ${at}: ${why(end.text)}`
  }
  if (GONE.includes(end.to))
    return `⏪ *Went back by itself* at ${at}: ${why(deployment.goingBack?.detail ?? end.text)}`
  return end.to === undefined ? `✋ *Asked again* at ${at}` : `▶️ *Went on by itself* at ${at}: ${why(end.text)}`
}
