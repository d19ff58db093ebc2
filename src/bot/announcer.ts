/**
 * Tells Slack what the record says. The card is drawn from the record; the thread is the timeline, posted up to a stored
 * cursor. Nothing here can stop a deployment: when Slack is late or refuses, the work is enqueued again, and what was
 * missed meanwhile is told once.
 */
import type { Deployment } from '../playbook/deployment.ts'
import { ChatError } from '../ports/chat.ts'
import type { Work } from '../ports/queue.ts'
import { backOffMs, cardIsLost, SLOW_RETRY_MS, whatToDo } from './slack-refusals.ts'
import { announceAt, NOTHING_TOLD, Telling, type TellingParts, toDeploymentMs } from './telling.ts'

export type AnnouncerParts = TellingParts

/** The work of `announce` jobs. Throws only when the store cannot be reached: then nothing was lost. */
export function announcer(parts: AnnouncerParts): Work {
  const failures = new Map<string, number>()
  const inTurn = turns()
  return (job) =>
    inTurn(job.deployment, async () => {
      const deployment = await parts.store.load(job.deployment)
      if (deployment === undefined) return
      const teller = new Telling(parts, deployment, (await parts.store.told(deployment.id)) ?? NOTHING_TOLD)
      try {
        await teller.tell()
        failures.delete(deployment.id)
      } catch (failure) {
        if (!(failure instanceof ChatError)) throw failure
        const count = (failures.get(deployment.id) ?? 0) + 1
        failures.set(deployment.id, count)
        await tryAgain(parts, deployment, failure, count)
      }
    })
}

/** One deployment is told by one at a time in this process; the queue keeps others from it. */
function turns() {
  const last = new Map<string, Promise<void>>()
  return async (id: string, run: () => Promise<void>): Promise<void> => {
    const before = last.get(id) ?? Promise.resolve()
    const mine = before.then(run, run)
    last.set(id, mine)
    try {
      await mine
    } finally {
      if (last.get(id) === mine) last.delete(id)
    }
  }
}

async function tryAgain(
  { queue, clock, log }: AnnouncerParts,
  deployment: Deployment,
  failure: ChatError,
  count: number,
): Promise<void> {
  const late = failure.kind === 'late'
  const pauseMs = pauseFor(failure, count)
  const facts = { deployment: deployment.id, code: failure.code, retryInMs: pauseMs, failures: count }
  if (late) log.warn(facts, `Slack is late; ${deployment.id} goes on and is told later. ${failure.message}`)
  else log.error(facts, `${whatToDo(failure, deployment.channel)} ${deployment.id} goes on and is told then.`)
  await queue.add(announceAt(deployment.id, clock.now() + toDeploymentMs(clock, pauseMs)))
}

function pauseFor(failure: ChatError, count: number): number {
  if (failure.kind === 'late') return failure.retryAfterMs ?? backOffMs(count)
  // Somebody deleted the card: the next try posts a new one.
  return cardIsLost(failure) && count === 1 ? 0 : SLOW_RETRY_MS
}
