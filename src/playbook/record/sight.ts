/** The guard lost sight of the cluster, and has it again: told once each, and a hold of its own when it lasts. */
import { type Deployment, hasWayBack } from '../deployment.ts'
import { kubectlOf } from '../emergency.ts'
import { BLIND_AFTER_MS, BLIND_HOLD_MS } from '../is-blind.ts'
import { locateStep } from '../plan.ts'
import type { Outcome } from '../refusal.ts'
import { refuse, trafficNow } from '../refuse.ts'
import { type Change, endHold, startHold } from './change.ts'

/** `since`: when the look began that saw nothing, ms since the epoch. Refused as stale while there is nothing new in it. */
export function sightLost(deployment: Deployment, since: number, why: string, now: number): Outcome<Change> {
  if (!hasWayBack(deployment, now)) return refuse.stale(deployment)
  const blind = deployment.blind ?? { since, why, told: false }
  const lastsMs = now - blind.since
  if (deployment.status === 'running' && lastsMs >= BLIND_HOLD_MS)
    return { ok: true, value: holdUnseen(deployment, lastsMs, why, now) }
  if (lastsMs >= BLIND_AFTER_MS && !blind.told) return { ok: true, value: tellUnseen(deployment, lastsMs, why, now) }
  if (!deployment.blind) return { ok: true, value: { patch: { blind }, lines: [] } }
  return refuse.stale(deployment)
}

export function sightBack(deployment: Deployment, now: number): Outcome<Change> {
  const { blind, hold } = deployment
  if (!blind || !hasWayBack(deployment, now)) return refuse.stale(deployment)
  const held = hold?.reason === 'blind'
  const ended = held ? endHold(deployment, now) : {}
  const text = `The cluster is seen again after ${inSeconds(now - blind.since)}${held ? `; ${deployment.id} goes on by itself` : ''}.`
  const lines = blind.told ? [{ text, audience: 'thread' as const, level: 'good' as const }] : []
  return {
    ok: true,
    value: {
      patch: { blind: null, ...ended, ...(blind.told ? { stepSince: stepStart(deployment, now) } : {}) },
      lines,
    },
  }
}

/**
 * A step that has a deadline gets it anew: it was not tried. A window goes on: its metrics never went away, and restarts of
 * pods are still seen.
 */
function stepStart({ plan, step, stepSince }: Deployment, now: number): number {
  const deadlineMs = locateStep(plan, step)?.step.deadlineMs ?? null
  return deadlineMs === null ? stepSince : now
}

function tellUnseen(deployment: Deployment, lastsMs: number, why: string, now: number): Change {
  const { id, service, version, status } = deployment
  const meanwhile = {
    running: `Nothing goes forward until it is seen again; after ${inSeconds(BLIND_HOLD_MS)} ${id} holds.`,
    holding: 'Nothing goes forward until it is seen again.',
  }
  const next = status === 'running' || status === 'holding' ? ` ${meanwhile[status]}` : ''
  const text = `The cluster has not been seen for ${inSeconds(lastsMs)}: ${why} How the pods of ${version} are is not known. ${trafficNow(deployment)}${next} To go back: \`/deploy rollback ${service}\`.`
  return { patch: unseen(deployment, lastsMs, why, now), lines: [{ text, audience: 'thread', level: 'warning' }] }
}

function holdUnseen(deployment: Deployment, lastsMs: number, why: string, now: number): Change {
  const { id, service } = deployment
  const detail = `the cluster has not been seen for ${inSeconds(lastsMs)}: ${why.replace(/\.$/, '')}`
  const text = `${id} holds: ${detail}. ${trafficNow(deployment)} It goes on by itself when the cluster is seen again, and never goes back for this alone. To go back all the same: \`/deploy rollback ${service}\`. To look for yourself: \`${kubectlOf(deployment.plan.service)} get --raw /readyz\`.`
  return {
    patch: { ...startHold(deployment, now, 'blind', detail), ...unseen(deployment, lastsMs, why, now) },
    lines: [{ text, audience: 'channel', level: 'warning' }],
  }
}

/** From now on it is told, and among the problems of the report. */
function unseen({ blind, issues }: Deployment, lastsMs: number, why: string, now: number): Partial<Deployment> {
  const told = { since: now - lastsMs, why, told: true }
  return blind?.told ? { blind: told } : { blind: told, issues: [...issues, `The cluster was not seen: ${why}`] }
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
