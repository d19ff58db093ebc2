/** What a rolling plan amounts to on a workload of so many pods. */
import type { Rolled } from '../playbook/deployment.ts'
import { minutes } from '../playbook/durations.ts'
import type { Plan } from '../playbook/plan.ts'
import { round } from '../playbook/refuse.ts'
import { batchesOf, rolledShare, surgeOf, watchedAtLeastMs } from '../playbook/rolling.ts'

/** More shares than these are told by the first and the last ones. */
const MOST_SHARES = 6

export function rollingNotes(plan: Plan, pods: number): string[] {
  const { service } = plan
  const { batch, observeMs, monitorMs } = service.rolling
  const batches = batchesOf({ rolled: rolledTo(pods, pods), plan })
  const shares = Array.from({ length: batches }, (_, index) => {
    const wanted = Math.min(pods, (index + 1) * batch)
    return `${round(rolledShare(rolledTo(wanted, pods), service))} %`
  })
  const told = shares.length > MOST_SHARES ? [...shares.slice(0, 3), '…', ...shares.slice(-2)] : shares
  const least = minutes(watchedAtLeastMs({ rolled: rolledTo(pods, pods), plan }))
  const surge = surgeOf(service, pods)
  return [
    `With ${pods} ${pods === 1 ? 'pod' : 'pods'} now: ${batches} times ${minutes(observeMs)}, and ${minutes(monitorMs)} at the end: at least ${least}. Shares by pods on the way: ${told.join(', ')}, then 100 %.`,
    `Capacity: never fewer ready pods than now, at most ${surge} more. Going back starts the old pods that are gone, all at once; the new ones lose their traffic as soon as half of the old ones are ready.`,
  ]
}

function rolledTo(wanted: number, of: number): Rolled {
  return { wanted, of, hash: null }
}
