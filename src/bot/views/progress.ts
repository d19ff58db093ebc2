/** How far a deployment has got: phases, bar, elapsed and usual time. */
import type { Deployment } from '../../playbook/deployment.ts'
import { duration } from '../../playbook/durations.ts'
import { locateStep, PHASES, type Phase, type Step } from '../../playbook/plan.ts'
import { batchesOf, batchNow, watchedAtLeastMs } from '../../playbook/rolling.ts'
import { PHASE_LABELS } from './words.ts'

type Mark = 'done' | 'now' | 'stopped' | 'to come' | 'not reached' | 'skipped'

const SIGNS: Readonly<Record<Mark, string>> = {
  done: '✅ done',
  now: '▶️ now',
  stopped: '⏹️ stopped',
  'to come': '⬜ to come',
  'not reached': '⬜ not reached',
  skipped: '⏭️ skipped',
}

/** A line for each state that occurs: `✅ done: 1 Pre-flight · 2 Deploy`. */
export function phaseLines(deployment: Deployment): readonly string[] {
  const marks = deployment.plan.phases.map((phase, index) => ({
    mark: markOf(deployment, phase, index),
    name: `${index + 1} ${PHASE_LABELS[phase.name]}`,
  }))
  const order: readonly Mark[] = ['done', 'now', 'stopped', 'skipped', 'to come', 'not reached']
  return order.flatMap((mark) => {
    const names = marks.filter((row) => row.mark === mark).map((row) => row.name)
    return names.length === 0 ? [] : [`${SIGNS[mark]}: ${names.join(' · ')}`]
  })
}

function markOf(deployment: Deployment, phase: Phase, index: number): Mark {
  const skipped = phase.steps.length > 0 && phase.steps.every((step) => step.want.do === 'skip')
  const current = locateStep(deployment.plan, deployment.step)?.phaseIndex ?? 0
  const { status } = deployment
  if (status === 'completed') return skipped ? 'skipped' : 'done'
  const stopped = status === 'going-back' || status === 'rolled-back' || status === 'refused'
  if (index < current) return skipped ? 'skipped' : 'done'
  if (index === current) return stopped ? 'stopped' : 'now'
  if (skipped) return 'skipped'
  return stopped ? 'not reached' : 'to come'
}

/** `Phase 3 of 7, Traffic routing`. */
export function phaseTitle(deployment: Deployment): string {
  const located = locateStep(deployment.plan, deployment.step)
  const index = deployment.status === 'completed' ? PHASES.length - 1 : (located?.phaseIndex ?? 0)
  const name = deployment.plan.phases[index]?.name
  return `Phase ${index + 1} of ${deployment.plan.phases.length}${name === undefined ? '' : `, ${PHASE_LABELS[name]}`}`
}

const CELLS = 20
/** A step without a window of its own counts as so much, so that the bar also moves before the first window. */
const STEP_WEIGHT_MS = 20_000

/** `▓▓▓▓░░░░ 42 %`: steps done, each weighted with its observation window. */
export function progressBar(deployment: Deployment, now: number): string {
  const part = progress(deployment, now)
  const full = Math.round(part * CELLS)
  return `${'▓'.repeat(full)}${'░'.repeat(CELLS - full)} ${Math.floor(part * 100)} %`
}

/** 0..1 */
function progress(deployment: Deployment, now: number): number {
  if (deployment.status === 'completed') return 1
  const steps = stepsOneByOne(deployment)
  const weights = steps.map((step) => STEP_WEIGHT_MS + (step.want.do === 'observe' ? step.want.ms : 0))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const found = steps.flatMap((step, index) => (step.id === deployment.step ? [index] : []))
  const at = found[Math.min(batchNow(deployment), found.length) - 1] ?? -1
  if (total === 0 || at < 0) return 0
  const done = weights.slice(0, at).reduce((sum, weight) => sum + weight, 0)
  const ends = windowEndsAt(deployment)
  const inWindow = ends === null ? 0 : Math.max(0, (weights[at] ?? 0) - STEP_WEIGHT_MS - Math.max(0, ends - now))
  return Math.min(1, (done + inWindow) / total)
}

/** The steps as they are lived through: those from `roll` to its window once for each batch. */
function stepsOneByOne(deployment: Deployment): readonly Step[] {
  const steps = deployment.plan.phases.flatMap((phase) => phase.steps)
  const first = steps.findIndex((step) => step.want.do === 'roll')
  if (first < 0) return steps
  const end = steps.findIndex((step, index) => index > first && step.want.do === 'observe') + 1
  const again = Array.from({ length: batchesOf(deployment) }, () => steps.slice(first, end)).flat()
  return [...steps.slice(0, first), ...again, ...steps.slice(end)]
}

/** When the observation window under way ends if all is well, ms since the epoch; null outside of one. */
export function windowEndsAt(deployment: Deployment): number | null {
  const want = locateStep(deployment.plan, deployment.step)?.step.want
  if (deployment.status !== 'running' || deployment.window === null || want?.do !== 'observe') return null
  return Math.max(deployment.window.since, deployment.stepSince) + want.ms
}

/** `Elapsed 12 min · usually up to 54 min (last 14)`; before there is any history: what is planned at least. */
export function timeLine(deployment: Deployment, now: number, durations: readonly number[]): string {
  const took = duration((deployment.endedAt ?? now) - deployment.createdAt)
  const lead = deployment.endedAt === null ? `Elapsed ${took}` : `Took ${took}`
  // One that is over and alone would be compared with itself.
  if (deployment.endedAt !== null && (deployment.status !== 'completed' || durations.length === 1)) return lead
  if (durations.length === 0) return `${lead} · at least ${duration(watchedAtLeastMs(deployment))} planned`
  if (durations.length === 1) return `${lead} · last time ${duration(ninetieth(durations))}`
  return `${lead} · usually up to ${duration(ninetieth(durations))} (last ${durations.length})`
}

/** The value that nine in ten do not exceed (nearest rank); 0 for an empty list. */
function ninetieth(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0
}
