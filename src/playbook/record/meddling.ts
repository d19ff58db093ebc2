/** Somebody else changed what the deployment owns: it holds instead of fighting, until a person decides. */
import { type Deployment, hasWayBack, isOldReplaced } from '../deployment.ts'
import type { DeploymentEvent } from '../events.ts'
import { type ForeignChange, GONE } from '../foreign-change.ts'
import { changeText, meddledText, meddlingTable, namedOwners } from '../meddling-words.ts'
import type { Outcome } from '../refusal.ts'
import { oldVersion, refuse } from '../refuse.ts'
import { fullStop } from '../sentence.ts'
import { type Change, type Line, startGoingBack, startHold } from './change.ts'

export function changedByOthers(
  deployment: Deployment,
  { changes, realShare }: Extract<DeploymentEvent, { type: 'changed-by-others' }>,
  now: number,
): Outcome<Change> {
  const { status, meddled, share } = deployment
  const over = status === 'completed'
  if (!(status === 'running' || status === 'holding' || (over && hasWayBack(deployment, now))))
    return refuse.stale(deployment)
  // Told already: while it waits for a person, and while ours is on its way back there.
  const known = status === 'running' && !meddled?.reclaim ? [] : (meddled?.changes ?? [])
  if (changes.every((change) => known.some((row) => isSame(row, change)))) return refuse.stale(deployment)
  const real = realShare === undefined || deployment.settled ? share : { ...share, real: realShare }
  const seen: Deployment = { ...deployment, share: real, meddled: { changes, reclaim: false } }
  const issue = `changed by others: ${changes.map((change) => `${change.what} (${change.wanted} -> ${change.found})`).join('; ')}`
  const learnt = { share: real, meddled: seen.meddled ?? null, issues: [...deployment.issues, issue] }
  const lines: Line[] = [
    {
      text: meddledText(seen),
      evidence: meddlingTable(changes),
      audience: over ? 'thread' : 'channel',
      level: 'warning',
    },
  ]
  if (over) return { ok: true, value: { patch: learnt, lines } }
  const pods = podsTaken(seen, changes)
  // Nobody is left to take the traffic but the version that was kept.
  if (pods !== undefined && isOldReplaced(deployment)) {
    const back = startGoingBack(seen, now, 'unready', pods)
    return { ok: true, value: { patch: { ...learnt, ...back.patch }, lines: [...lines, ...back.lines] } }
  }
  return { ok: true, value: { patch: { ...learnt, ...holdPatch(seen, changes, pods !== undefined, now) }, lines } }
}

/** A countdown, and a person's own hold, stay as they are: resuming from them writes ours again all the same. */
function holdPatch(
  deployment: Deployment,
  changes: readonly ForeignChange[],
  withdraw: boolean,
  now: number,
): Partial<Deployment> {
  const { hold, status } = deployment
  const first = changes[0]
  const more = changes.length > 1 ? ` and ${changes.length - 1} more` : ''
  const detail = `${namedOwners(changes)} changed ${first?.what ?? 'something'}${more}`
  const wanted = withdraw && !hold?.withdraw ? ({ withdraw: 'wanted' } as const) : {}
  if (status === 'holding' && hold && (hold.rollBackAt !== undefined || hold.by))
    return 'withdraw' in wanted ? { hold: { ...hold, ...wanted }, retryAt: 0 } : {}
  return startHold(deployment, now, 'changed', detail, wanted)
}

/** The new version lost all its pods while it has traffic: what happened, in one clause; undefined when it did not. */
function podsTaken({ share, version }: Deployment, changes: readonly ForeignChange[]): string | undefined {
  const emptied = changes.find(
    ({ field, found }) =>
      (field === 'canary-replicas' || field === 'canary-image') && (found === '0' || found === GONE),
  )
  return emptied && share.planned > 0 ? `${emptied.what} is ${emptied.found}: ${version} has no pods` : undefined
}

function isSame(a: ForeignChange, b: ForeignChange): boolean {
  return a.field === b.field && a.found === b.found && a.wanted === b.wanted && a.by?.manager === b.by?.manager
}

/** Ours stands there again, as a person decided; what is watched is watched anew. */
export function reclaimed(deployment: Deployment, now: number): Outcome<Change> {
  const { meddled, window, status } = deployment
  if (status !== 'running' || !meddled?.reclaim) return refuse.stale(deployment)
  const fresh = window ? { window: { ...window, samples: [], noData: 0, since: now, askedAt: now } } : {}
  const text = `Written again: ${meddled.changes.map(({ what, wanted }) => `${what} is ${wanted}`).join('; ')}.`
  return {
    ok: true,
    value: {
      patch: { meddled: null, retryAt: 0, waitingFor: null, stepSince: now, ...fresh },
      lines: [{ text, audience: 'thread', level: 'good' }],
    },
  }
}

/** It cannot be written: that is for a person again. */
export function reclaimRefused(deployment: Deployment, why: string, now: number): Outcome<Change> {
  const { meddled, status } = deployment
  if (status !== 'running' || !meddled?.reclaim) return refuse.stale(deployment)
  const detail = `what others changed could not be written again: ${why}`
  return {
    ok: true,
    value: {
      patch: { ...startHold(deployment, now, 'changed', detail), meddled: { ...meddled, reclaim: false } },
      lines: [
        {
          text: `${deployment.id} holds: ${fullStop(detail)} Resume tries again, Roll back goes back.`,
          audience: 'channel',
          level: 'warning',
        },
      ],
    },
  }
}

/** Told once for each hand and place, however often it comes back. */
export function restoreUndone(deployment: Deployment, changes: readonly ForeignChange[]): Outcome<Change> {
  const { goingBack, status } = deployment
  if (status !== 'going-back' || goingBack?.restoredAt === undefined) return refuse.stale(deployment)
  const known = goingBack.undone ?? []
  const fresh = changes.filter((change) => !known.some((row) => isSame(row, change)))
  if (fresh.length === 0) return refuse.stale(deployment)
  const text = `Somebody undid the way back: ${fresh.map(changeText).join('; ')}. It is restored again at once: all traffic is on ${oldVersion(deployment)}.`
  return {
    ok: true,
    value: {
      patch: {
        goingBack: { ...goingBack, undone: [...known, ...fresh] },
        issues: [...deployment.issues, `the way back was undone by ${namedOwners(fresh)}`],
      },
      lines: [{ text, evidence: meddlingTable(fresh), audience: 'thread', level: 'bad' }],
    },
  }
}
