/** What a store's indexes need to know of a record; every make of the store reads it the same way. */
import type { Block } from '../../playbook/block.ts'
import { type Deployment, isLive } from '../../playbook/deployment.ts'

/** How many durations of completed deployments are remembered for each service. */
export const DURATIONS_KEPT = 20

/** Blocks as they are shown. */
export function newestFirst(blocks: readonly Block[]): readonly Block[] {
  return [...blocks].sort((a, b) => b.at - a.at)
}

export interface RecordFacts {
  /** Holds the service's lock. */
  readonly live: boolean
  /** Something is left to do: it is live, can still go back, or has check-ins to come. */
  readonly open: boolean
  /** How long it took, ms; null unless it is completed. */
  readonly completedMs: number | null
}

export function recordFacts(deployment: Deployment): RecordFacts {
  const live = isLive(deployment)
  const completed = deployment.status === 'completed'
  const checkInsToCome = deployment.checkIns.some((checkIn) => checkIn.doneAt === undefined)
  return {
    live,
    open: live || (completed && (deployment.keepUntil !== null || checkInsToCome)),
    completedMs: completed && deployment.endedAt !== null ? deployment.endedAt - deployment.createdAt : null,
  }
}
