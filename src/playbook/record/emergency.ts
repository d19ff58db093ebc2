/** An emergency rollback acted on the cluster by itself: the record follows. */
import type { Deployment, GoingBack } from '../deployment.ts'
import type { Outcome } from '../refusal.ts'
import { oldVersion, refuse } from '../refuse.ts'
import { type Change, hasTraffic } from './change.ts'

/**
 * Whatever the record thought was next: it goes back, as the emergency does and under its token. Restoring comes first
 * again, since whoever began it may have been cut off.
 */
export function emergencyTookOver(deployment: Deployment, id: string, now: number): Outcome<Change> {
  const { status, keepUntil, goingBack } = deployment
  if (status === 'rolled-back' || status === 'refused') return refuse.stale(deployment)
  if (status === 'completed' && keepUntil === null) return refuse.stale(deployment)
  if (goingBack?.emergency === id) return refuse.stale(deployment)
  const asked: GoingBack = goingBack ?? {
    trigger: 'rollback',
    detail: `emergency rollback ${id}`,
    since: now,
    step: 0,
    stepSince: now,
    hadTraffic: hasTraffic(deployment),
  }
  const known = goingBack ? '' : ' It was ordered while this record could not be reached; incidents.log says by whom.'
  return {
    ok: true,
    value: {
      patch: {
        status: 'going-back',
        goingBack: { ...asked, emergency: id, step: 0, stepSince: now },
        hold: null,
        retryAt: 0,
        waitingFor: null,
        keepUntil: null,
        endedAt: null,
      },
      lines: [
        {
          text: `The emergency rollback ${id} took ${deployment.id} over: all traffic goes to ${oldVersion(deployment)}, and what is left of ${deployment.version} is tidied then.${known}`,
          audience: 'channel',
          level: 'bad',
        },
      ],
    },
  }
}
