/** One check with what it found, and how a check that broke is told. */

import { fullStop } from '../playbook/sentence.ts'
import { ClusterError } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { TimeOver } from './within-time.ts'

export interface Judged extends CheckResult {
  readonly name: string
  /** Set when the check itself could not run: its sentence then tells the cause, and needs the name before it. */
  readonly broke?: true
  /** When the server said how long to leave it alone, ms. */
  readonly retryAfterMs?: number
}

export function judged(check: Pick<Check, 'name'>, result: CheckResult): Judged {
  return { name: check.name, ...result }
}

/** The world is late (asked again), the world refuses, or we are wrong: three kinds, never mixed. */
export function judgedBroken(name: string, error: unknown): Judged {
  const sentence = fullStop(error instanceof Error ? error.message : String(error))
  if (error instanceof TimeOver) return { name, status: 'not-yet', sentence, broke: true }
  if (!(error instanceof ClusterError)) {
    const ours = `the check itself broke (${sentence} A fault in T-Minus, not in the service; please report it).`
    return { name, status: 'fails', sentence: ours, broke: true }
  }
  if (error.kind === 'late') {
    const { retryAfterMs } = error
    return { name, status: 'not-yet', sentence, broke: true, ...(retryAfterMs === null ? {} : { retryAfterMs }) }
  }
  const rights =
    error.status === 401 || error.status === 403
      ? ' Give the account T-Minus runs as that right on the cluster (RBAC).'
      : ''
  return { name, status: 'fails', sentence: `${sentence}${rights}`, broke: true }
}
