/** What a deployment waits for, on whom, and when the next decision falls. */
import type { Deployment, HoldReason } from '../../playbook/deployment.ts'
import { isBlind } from '../../playbook/is-blind.ts'
import { locateStep } from '../../playbook/plan.ts'
import { reallyByPods } from '../../playbook/pod-share.ts'
import { oldVersion } from '../../playbook/refuse.ts'
import { approvedPart, purposeNow } from '../../playbook/rolling.ts'
import { escapeText, mention, moment } from './mrkdwn.ts'
import { windowEndsAt } from './progress.ts'
import { awaitedApproval, percent } from './words.ts'

/** At most so many people are named. */
const NAMED = 8

/** One or two sentences; approvers are mentioned only while an approval is needed. Empty once nothing is waited for. */
export function waitingLine(deployment: Deployment): string {
  switch (deployment.status) {
    case 'running':
      return runningLine(deployment)
    case 'holding':
      return holdLine(deployment)
    case 'going-back':
      return goingBackLine(deployment)
    default:
      return ''
  }
}

/** Who may approve this deployment, as mentions: without the requester where they may not approve their own. */
export function approversOf(deployment: Deployment): string {
  const { approvers, selfApproval } = deployment.plan.service
  const able = selfApproval ? approvers : approvers.filter((id) => id !== deployment.requester.id)
  if (able.length === 0) return 'nobody: the catalogue names no other approver'
  const more = able.length > NAMED ? `, … ${able.length - NAMED} more` : ''
  return `${able.slice(0, NAMED).map(mention).join(', ')}${more}`
}

function runningLine(deployment: Deployment): string {
  const approval = awaitedApproval(deployment)
  if (approval !== null) {
    const ends = deployment.stepSince + deployment.plan.service.timeouts.approvalMs
    const what = escapeText(approvedThing(deployment, approval.percent))
    return `✋ *Waits for approval* ${what}, by ${approversOf(deployment)}. Without it the deployment ends at ${moment(ends)}.`
  }
  const step = locateStep(deployment.plan, deployment.step)?.step
  const ends = windowEndsAt(deployment)
  const doing = `*Now* ${escapeText(step ? purposeNow(deployment, step) : deployment.step)}`
  const waits = isBlind(deployment) ? 'the cluster to be seen again' : deployment.waitingFor
  const why = waits === null ? '' : ` · waits: ${escapeText(waits)}`
  const decision = ends === null ? '' : ` · next decision ${moment(ends)}`
  return `${doing}${why}${decision}`
}

function approvedThing(deployment: Deployment, share: number | null): string {
  if (deployment.strategy === 'blue-green') return `of the switch: all traffic to ${deployment.version}`
  return `of ${share === null ? approvedPart(deployment, share) : `${percent(share)} of traffic${reallyByPods(deployment, share)}`}`
}

function holdLine(deployment: Deployment): string {
  const { hold } = deployment
  if (hold === null) return '⏸️ *On hold*'
  const who = hold.by === undefined ? '' : ` by ${escapeText(hold.by.name)}`
  const since = `⏸️ *On hold* since ${moment(hold.since)}${who}: ${escapeText(hold.detail)}`
  if (hold.rollBackAt !== undefined)
    return `${since}\n⏳ *Rolls back by itself* at ${moment(hold.rollBackAt)} unless somebody decides before.`
  if (hold.reason === 'blind')
    return `${since}\n*Goes on by itself* when the cluster is seen again. Next reminder ${moment(hold.remindAt)}.`
  const by = BY_ITSELF[hold.reason]
  const waits =
    by === undefined || hold.by
      ? `Waits for ${approversOf(deployment)} to resume or to roll back`
      : `*Goes on by itself* when there is ${by}; before that ${approversOf(deployment)} may resume or roll back`
  return `${since}\n${waits}. Watching goes on. Next reminder ${moment(hold.remindAt)}.`
}

/** What ends a hold without a person. */
const BY_ITSELF: Readonly<Partial<Record<HoldReason, string>>> = {
  'no-data': 'data again',
  'low-traffic': 'enough traffic to judge',
}

function goingBackLine(deployment: Deployment): string {
  const { goingBack, plan } = deployment
  if (goingBack === null) return '⏪ *Going back*'
  const step = plan.wayBack[goingBack.step]
  const traffic =
    goingBack.restoredAt === undefined
      ? `Traffic goes back to ${escapeText(oldVersion(deployment))} now`
      : `All traffic is on ${escapeText(oldVersion(deployment))} since ${moment(goingBack.restoredAt)}`
  const next =
    step === undefined ? '' : ` · *step ${goingBack.step + 1} of ${plan.wayBack.length}:* ${escapeText(step.purpose)}`
  return `⏪ ${traffic}${next}\nWhy: ${whyBack(deployment)}`
}

/** Why it went back, and who decided. */
export function whyBack(deployment: Deployment): string {
  const { goingBack } = deployment
  if (goingBack === null) return 'not known'
  return `${escapeText(goingBack.detail)}${goingBack.by === undefined ? '' : ` (${escapeText(goingBack.by.name)})`}`
}
