/** The card: the one message of a deployment, a pure function of its record. */
import { type Deployment, hasWayBack, isLive } from '../../playbook/deployment.ts'
import { duration } from '../../playbook/durations.ts'
import { oldVersion } from '../../playbook/refuse.ts'
import type { ChatMessage } from '../../ports/chat.ts'
import { actions, type Block, context, header, section } from './blocks.ts'
import { buttonsNow } from './buttons.ts'
import { fitToSlack } from './fit-to-slack.ts'
import { dayAndTime, escapeText, mention, moment } from './mrkdwn.ts'
import { phaseLines, phaseTitle, progressBar, timeLine } from './progress.ts'
import { imageLine, podsLine, sampleLine, shareLine } from './readings.ts'
import { waitingLine, whyBack } from './waiting.ts'
import { awaitedApproval, hasTraffic, percent, stateWord } from './words.ts'

export interface CardFacts {
  readonly deployment: Deployment
  /** ms since the epoch */
  readonly now: number
  /** Durations of earlier deployments of the service, ms; empty: none known. */
  readonly durations: readonly number[]
}

export function drawCard({ deployment, now, durations }: CardFacts): ChatMessage {
  const { service, version, strategy } = deployment
  const buttons = buttonsNow(deployment, now)
  const blocks: readonly (Block | null)[] = [
    header(`${service} ${version} · ${strategy}${placeOf(deployment, ' · ')} · ${stateWord(deployment)}`),
    section(lines(outcomeLine(deployment), waitingLine(deployment), shareLine(deployment))),
    section(`*${phaseTitle(deployment)}*\n${progressBar(deployment, now)} · ${timeLine(deployment, now, durations)}`),
    context(phaseLines(deployment).join('\n')),
    optional(lines(...facts(deployment))),
    ...actions(buttons),
    context(footer(deployment, now, buttons.length > 0)),
  ]
  return fitToSlack({ text: spoken(deployment, now), blocks: blocks.filter((block) => block !== null) })
}

/** What is agreed to; what was seen last; of a version that is gone, only the metrics that made it go. */
function facts(deployment: Deployment): readonly (string | null)[] {
  const gone = deployment.status === 'rolled-back' || deployment.status === 'refused'
  const asked = awaitedApproval(deployment) === null ? null : imageLine(deployment)
  return [asked, gone ? null : podsLine(deployment), sampleLine(deployment), checkInLine(deployment)]
}

function lines(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join('\n')
}

function optional(text: string): Block | null {
  return text === '' ? null : context(text)
}

/** How it ended, in one sentence; null while it lives. */
function outcomeLine(deployment: Deployment): string | null {
  const version = escapeText(deployment.version)
  const old = escapeText(oldVersion(deployment))
  switch (deployment.status) {
    case 'completed':
      return `✅ *Completed*: ${escapeText(deployment.service)} runs ${version}. It ran ${old} before.`
    case 'rolled-back':
      return deployment.goingBack?.hadTraffic === false
        ? `⏹️ *Aborted*: ${version} never had traffic, ${old} serves everything as before.\nWhy: ${whyBack(deployment)}`
        : `⏪ *Rolled back*: all traffic is on ${old}${restored(deployment)}, nothing of ${version} is left.\nWhy: ${whyBack(deployment)}`
    case 'refused':
      return `⛔ *Not started*: nothing was changed, ${old} serves everything.\nWhy: ${escapeText(deployment.issues.at(-1) ?? deployment.waitingFor ?? 'see the thread')}`
    default:
      return null
  }
}

function restored(deployment: Deployment): string {
  const at = deployment.goingBack?.restoredAt
  return at === undefined ? '' : ` since ${moment(at)}`
}

/** `Check-ins: 1h ✅ ok · 4h due 18:02`; null while there are none. */
function checkInLine(deployment: Deployment): string | null {
  if (deployment.checkIns.length === 0) return null
  const signs = { ok: '✅ ok', warning: '⚠️ warning', critical: '🛑 critical', 'no data': '❔ no data' } as const
  const told = deployment.checkIns.map((checkIn) => {
    if (checkIn.doneAt === undefined) return `${checkIn.name} due ${dayAndTime(checkIn.dueAt)}`
    return `${checkIn.name} ${checkIn.verdict === undefined ? 'done' : signs[checkIn.verdict]}`
  })
  return `Check-ins: ${told.join(' · ')}`
}

function footer(deployment: Deployment, now: number, canAct: boolean): string {
  const by = `${escapeText(deployment.id)} · asked by ${mention(deployment.requester.id)} at ${moment(deployment.createdAt)}`
  return `${by} · ${wayBackLine(deployment, now)}${canAct ? '' : ` · ${nothingToPress(deployment)}`}`
}

function wayBackLine(deployment: Deployment, now: number): string {
  const old = escapeText(oldVersion(deployment))
  const { status, keepUntil } = deployment
  if (status === 'completed')
    return hasWayBack(deployment, now) && keepUntil !== null
      ? `way back to ${old} until ${dayAndTime(keepUntil)}`
      : `${old} is no longer kept; to go back, deploy it anew`
  if (isLive(deployment) && status !== 'going-back')
    return `way back: ${deployment.plan.wayBack.length} steps, kept ${deployment.plan.service.keep} for ${duration(deployment.plan.service.keepMs)} after the end`
  if (status === 'going-back' && deployment.goingBack?.restoredAt === undefined) return `traffic goes back to ${old}`
  return `traffic is on ${old}`
}

function nothingToPress(deployment: Deployment): string {
  if (deployment.status === 'going-back') return 'nothing to press: it goes back by itself'
  return 'nothing left to decide'
}

/** What a screen reader says, and a notification shows: one or two plain sentences. */
function spoken(deployment: Deployment, now: number): string {
  const { service, version, strategy } = deployment
  const word = stateWord(deployment).replace(/^\S+ /, '')
  const share = hasTraffic(deployment)
    ? `${percent(deployment.share.real ?? deployment.share.planned)} of traffic on the new version`
    : 'No traffic on the new version'
  if (isLive(deployment))
    return `${escapeText(service)} ${escapeText(version)}, ${strategy}${escapeText(placeOf(deployment, ' in '))}: ${word}. ${phaseTitle(deployment)}. ${share}.`
  const end = hasWayBack(deployment, now) ? 'It can still be rolled back' : share
  return `${escapeText(service)} ${escapeText(version)}, ${strategy}${escapeText(placeOf(deployment, ' in '))}: ${word}. ${end}.`
}

/** Cluster and namespace, where the catalogue has several of either. */
function placeOf({ plan }: Deployment, before: string): string {
  return plan.service.place === undefined ? '' : `${before}${plan.service.place}`
}
