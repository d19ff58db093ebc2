/** Which work follows from a record: the same answer for a handler, a job and the sweep, so that nothing is forgotten. */
import { type Deployment, isLive, type TimelineEntry } from '../playbook/deployment.ts'
import { nextStep } from '../playbook/next-step.ts'
import { locateStep } from '../playbook/plan.ts'
import type { Job, Queue } from './queue.ts'

/** A quiet card (no new line, only numbers) is drawn anew at most so often, ms of deployment time. */
const QUIET_REDRAW_MS = 30_000

/** The job that moves this deployment on, or undefined when it is finished. */
export function movingJob(deployment: Deployment, now: number): Job | undefined {
  const next = nextStep(deployment, now)
  if (next.kind === 'finished') return undefined
  const at = next.kind === 'wait' ? next.until : 0
  const back = deployment.status === 'going-back'
  const phase =
    deployment.status === 'completed' ? 'keep' : (locateStep(deployment.plan, deployment.step)?.phase ?? 'preflight')
  return {
    kind: back ? 'way-back' : 'advance',
    deployment: deployment.id,
    name: back ? 'way-back' : phase,
    at,
    key: 'move',
    urgent: back || deployment.status === 'holding',
  }
}

/** Is there anything of the new version on the cluster that could fall ill, or traffic brought back that somebody could undo? */
export function isGuarded(deployment: Deployment): boolean {
  if (deployment.pin === null) return false
  if (isLive(deployment)) return true
  return deployment.status === 'completed' && deployment.keepUntil !== null
}

export function guardJob(deployment: Deployment, at: number): Job {
  return { kind: 'guard', deployment: deployment.id, name: 'guard', at, key: 'look', urgent: true }
}

export function announceJob(deployment: Deployment, entries: readonly TimelineEntry[], now: number): Job {
  const urgent = entries.some((entry) => entry.audience === 'channel')
  return {
    kind: 'announce',
    deployment: deployment.id,
    name: 'announce',
    at: entries.length > 0 ? 0 : now + QUIET_REDRAW_MS,
    key: 'card',
    urgent,
  }
}

/**
 * Enqueues all that follows from a record just saved. `guarded`: the guard is known to be on its round already, and
 * sets its own next look.
 */
export async function followUp(
  queue: Queue,
  deployment: Deployment,
  entries: readonly TimelineEntry[],
  now: number,
  guarded = false,
): Promise<void> {
  const moving = movingJob(deployment, now)
  if (moving) await queue.add(moving)
  if (!guarded && isGuarded(deployment))
    await queue.add(guardJob(deployment, now + deployment.plan.service.guard.pollMs))
  await queue.add(announceJob(deployment, entries, now))
}
