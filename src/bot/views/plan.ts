/** The plan before anything happens: every phase, every step, and the way back. */
import { duration } from '../../playbook/durations.ts'
import type { Phase, Plan, Step } from '../../playbook/plan.ts'
import { counted } from '../../playbook/sentence.ts'
import type { ChatMessage } from '../../ports/chat.ts'
import { context, section } from './blocks.ts'
import { fitToSlack } from './fit-to-slack.ts'
import { escapeText } from './mrkdwn.ts'
import { PHASE_LABELS } from './words.ts'

/** `notes`: plain sentences about this plan, such as what it takes in pods. */
export function drawPlan(plan: Plan, notes: readonly string[] = []): ChatMessage {
  const { service, version, strategy } = plan
  const steps = plan.phases.reduce((sum, phase) => sum + phase.steps.length, 0)
  const title = `Plan: ${service.name} ${version}, ${strategy}`
  const summary = `${counted(steps, 'step')} in ${counted(plan.phases.length, 'phase')}, at least ${duration(plan.usualMs)} of watching`
  const back = plan.wayBack.map((step) => escapeText(step.purpose)).join(' → ')
  return fitToSlack({
    text: `${escapeText(title)}. ${summary}. Nothing was changed.`,
    blocks: [
      section([`*${escapeText(title)}*`, summary, ...notes.map((note) => `ℹ️ ${escapeText(note)}`)].join('\n')),
      ...plan.phases.map((phase, index) => section(phaseText(phase, index))),
      section(`*⏪ Way back, at any time:* ${back}`),
      context(
        `The old version stays restorable for ${duration(service.keepMs)} after the end (${service.keep}). Nothing was changed.`,
      ),
    ],
  })
}

function phaseText(phase: Phase, index: number): string {
  const name = `*${index + 1} ${PHASE_LABELS[phase.name]}*`
  const only = phase.steps.length === 1 ? phase.steps[0] : undefined
  if (only?.want.do === 'skip') return `${name} ⏭️ skipped: ${escapeText(only.want.why)}`
  return `${name}\n${phase.steps.map((step) => `• ${stepText(step)}`).join('\n')}`
}

function stepText(step: Step): string {
  const purpose = escapeText(step.purpose)
  return step.want.do === 'approve' ? `✋ ${purpose}: a person agrees` : purpose
}
