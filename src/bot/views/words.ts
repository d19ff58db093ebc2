/** The fixed set of words and signs that the bot uses for states, times and shares. A sign never stands without its word. */
import type { Deployment, TimelineEntry } from '../../playbook/deployment.ts'
import { locateStep, type PhaseName } from '../../playbook/plan.ts'

export const PHASE_LABELS: Readonly<Record<PhaseName, string>> = {
  preflight: 'Pre-flight',
  deploy: 'Deploy',
  route: 'Traffic routing',
  health: 'Health checks',
  load: 'Load test',
  monitor: 'Monitoring',
  finalize: 'Finalize',
}

/** What the deployment is doing, as icon and word. */
export function stateWord(deployment: Deployment): string {
  switch (deployment.status) {
    case 'running':
      return awaitedApproval(deployment) === null ? '▶️ Running' : '✋ Approval needed'
    case 'holding':
      return '⏸️ On hold'
    case 'going-back':
      return deployment.goingBack?.hadTraffic === false ? '⏪ Aborting' : '⏪ Rolling back'
    case 'completed':
      return '✅ Completed'
    case 'rolled-back':
      return deployment.goingBack?.hadTraffic === false ? '⏹️ Aborted' : '⏪ Rolled back'
    case 'refused':
      return '⛔ Not started'
  }
}

/** What waits for approval right now: a share, percent, or the first pods of a rolling deployment; null when nothing does. */
export function awaitedApproval(deployment: Deployment): { readonly percent: number | null } | null {
  if (deployment.status !== 'running') return null
  const want = locateStep(deployment.plan, deployment.step)?.step.want
  if (want?.do !== 'approve') return null
  return deployment.approvals.some((approval) => approval.step === deployment.step) ? null : { percent: want.percent }
}

/** Does the new version get production traffic, as far as the record knows? */
export function hasTraffic(deployment: Deployment): boolean {
  if (deployment.goingBack?.restoredAt !== undefined) return false
  return deployment.share.planned > 0 || (deployment.share.real ?? 0) > 0
}

const LEVEL_ICONS: Readonly<Record<TimelineEntry['level'], string>> = { info: '', good: '✅', warning: '⚠️', bad: '🛑' }
const LEVEL_WORDS: Readonly<Record<TimelineEntry['level'], string>> = {
  info: '',
  good: '',
  warning: 'Warning',
  bad: 'Problem',
}

/** Lines that reach the channel because the state changed: their text has the word, here is its sign. */
const STATE_ICONS: Readonly<Partial<Record<Deployment['status'], string>>> = {
  holding: '⏸️',
  'going-back': '⏪',
  'rolled-back': '⏪',
  refused: '⛔',
  completed: '✅',
}

/** What stands in front of a line: a sign, and the word for it unless the text begins with it. */
export function markOf(entry: TimelineEntry): { readonly icon: string; readonly word: string } {
  const state = entry.audience === 'channel' && entry.to !== undefined ? STATE_ICONS[entry.to] : undefined
  if (state !== undefined) return { icon: `${state} `, word: '' }
  const word = LEVEL_WORDS[entry.level]
  const icon = LEVEL_ICONS[entry.level]
  const said = word === '' || entry.text.toLowerCase().startsWith(word.toLowerCase())
  return { icon: icon === '' ? '' : `${icon} `, word: said ? '' : `${word}: ` }
}

/** `5 %`, `33.3 %`. `value` is in percent already. */
export function percent(value: number): string {
  return `${Math.round(value * 10) / 10} %`
}
