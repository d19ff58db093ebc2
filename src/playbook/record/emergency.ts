/** An emergency rollback acted on the cluster by itself: the record follows. */
import type { Deployment, GoingBack } from '../deployment.ts'
import type { Outcome } from '../refusal.ts'
import { oldVersion, refuse } from '../refuse.ts'
import { type Change, hasTraffic } from './change.ts'
import { ended } from './way-back.ts'

/** Whatever the record thought was next: traffic is on the old version, and the emergency tidies. */
export function emergencyTookOver(deployment: Deployment, id: string, now: number): Outcome<Change> {
  const { status, keepUntil, plan, goingBack } = deployment
  if (status === 'rolled-back' || status === 'refused') return refuse.stale(deployment)
  if (status === 'completed' && keepUntil === null) return refuse.stale(deployment)
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
        ...ended(now),
        hold: null,
        share: { planned: 0, real: null },
        goingBack: { ...asked, step: plan.wayBack.length, restoredAt: asked.restoredAt ?? now },
      },
      lines: [
        {
          text: `The emergency rollback ${id} took ${deployment.id} over: all traffic is on ${oldVersion(deployment)}, and what is left of ${deployment.version} is tidied by it (cut off: run it again).${known}`,
          audience: 'channel',
          level: 'bad',
        },
      ],
    },
  }
}
