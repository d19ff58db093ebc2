/**
 * The buttons that matter now. `action_id` is the verb, `value` is `<deployment>|<step>`: what it was drawn for, never
 * who may press it. Every click is judged anew.
 */
import type { Button } from '@slack/web-api'
import { type Deployment, hasWayBack } from '../../playbook/deployment.ts'
import { oldVersion } from '../../playbook/refuse.ts'
import { escapeText } from './mrkdwn.ts'
import { requestsPerSecond } from './readings.ts'
import { cutLabel } from './text-pieces.ts'
import { awaitedApproval, hasTraffic, percent } from './words.ts'

export const BUTTON_VERBS = ['approve', 'hold', 'resume', 'abort', 'rollback'] as const
export type ButtonVerb = (typeof BUTTON_VERBS)[number]

/** Names of versions are cut on buttons: about 30 characters are visible on a phone. */
const VERSION_SHOWN = 24

/** In the order of how often they are needed; none once nothing can be done. */
export function buttonsNow(deployment: Deployment, now: number): readonly Button[] {
  const { status } = deployment
  if (status === 'completed') return hasWayBack(deployment, now) ? [rollBackButton(deployment)] : []
  if (status !== 'running' && status !== 'holding') return []
  const approval = awaitedApproval(deployment)
  const goOn = approval !== null ? [approveButton(deployment, approval.percent)] : holdButtons(deployment)
  const back = hasTraffic(deployment) ? [rollBackButton(deployment)] : []
  return [...goOn, ...back, abortButton(deployment)]
}

/** What cannot be seen cannot be resumed; but it can be held, so that it does not go on by itself. */
function canResume({ status, hold }: Deployment): boolean {
  return status === 'holding' && hold?.reason !== 'blind'
}

/** Over a countdown both matter: Hold ends it and leaves everything as it is, Resume goes on. */
function holdButtons(deployment: Deployment): readonly Button[] {
  const hold = plain(deployment, 'hold', 'Hold')
  if (!canResume(deployment)) return [hold]
  const resume = plain(deployment, 'resume', 'Resume')
  return deployment.hold?.rollBackAt === undefined || deployment.hold.by ? [resume] : [hold, resume]
}

function approveButton(deployment: Deployment, share: number | null): Button {
  if (share === null) return { ...plain(deployment, 'approve', 'Approve: start rolling'), style: 'primary' }
  if (deployment.strategy === 'blue-green') {
    const text = `Approve: switch to ${short(deployment.version)}`
    return { ...plain(deployment, 'approve', text), style: 'primary' }
  }
  const text = hasTraffic(deployment)
    ? `Approve ${percent(share)}`
    : `Approve: start ${percent(share)} ${deployment.strategy}`
  return { ...plain(deployment, 'approve', text), style: 'primary' }
}

function abortButton(deployment: Deployment): Button {
  const { service, version } = deployment
  return {
    ...plain(deployment, 'abort', `Abort ${service} ${short(version)}`),
    style: 'danger',
    confirm: ask(`Abort ${deployment.id}?`, effect(deployment), 'Abort', 'Keep going'),
  }
}

function rollBackButton(deployment: Deployment): Button {
  const old = short(oldVersion(deployment))
  return {
    ...plain(deployment, 'rollback', `Roll back to ${old}`),
    style: 'danger',
    confirm: ask(
      `Roll ${deployment.service} back to ${old}?`,
      effect(deployment),
      'Roll back',
      `Keep ${short(deployment.version)}`,
    ),
  }
}

/** Effect and scale, before somebody confirms. */
function effect(deployment: Deployment): string {
  const old = short(oldVersion(deployment))
  const version = short(deployment.version)
  if (!hasTraffic(deployment)) return `${version} has no production traffic. Its pods go away; ${old} stays as it is.`
  const rate = requestsPerSecond(deployment.lastSample)
  const scale = rate === null ? '' : ` (about ${rate} requests a second)`
  const share = percent(deployment.share.real ?? deployment.share.planned)
  return `Sends all traffic to ${old}: the ${share}${scale} that ${version} has now go back at once. Nothing stops it once started.`
}

function plain(deployment: Deployment, verb: ButtonVerb, text: string): Button {
  return {
    type: 'button',
    action_id: verb,
    value: `${deployment.id}|${deployment.step}`,
    text: { type: 'plain_text', text, emoji: true },
  }
}

/** The dialog before something that cannot be undone by another click. */
export function ask(title: string, text: string, confirm: string, deny: string) {
  const words = (value: string, limit: number) => ({ type: 'plain_text' as const, text: cutLabel(value, limit) })
  return {
    title: words(title, 100),
    text: { type: 'mrkdwn' as const, text: cutLabel(escapeText(text), 300) },
    confirm: words(confirm, 30),
    deny: words(deny, 30),
    style: 'danger' as const,
  }
}

function short(version: string): string {
  return cutLabel(version, VERSION_SHOWN)
}
