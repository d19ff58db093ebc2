/** One check with what it found, and how a check that broke is told. */
import { ClusterError } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { TimeOver } from './within-time.ts'
import { fullStop } from './words.ts'

export interface Judged extends CheckResult {
  readonly name: string
  /** Set when the check itself could not run: its sentence then tells the cause, and needs the name beside it. */
  readonly broke?: true
}

export function judged(check: Pick<Check, 'name'>, result: CheckResult): Judged {
  return { name: check.name, ...result }
}

/** The world is late (asked again), the world refuses, or we are wrong: three kinds, never mixed. */
export function judgedBroken(name: string, error: unknown): Judged {
  const message = fullStop(error instanceof Error ? error.message : String(error))
  if (error instanceof TimeOver) return { name, status: 'not-yet', sentence: capital(message), broke: true }
  if (!(error instanceof ClusterError)) {
    const sentence = `The check itself broke: ${message} That is a fault in T-Minus, not in your service; please report it.`
    return { name, status: 'fails', sentence, broke: true }
  }
  if (error.kind === 'late') return { name, status: 'not-yet', sentence: capital(message), broke: true }
  const rights =
    error.status === 401 || error.status === 403
      ? ' Give the account T-Minus runs as that right on the cluster (RBAC).'
      : ''
  return { name, status: 'fails', sentence: `${capital(message)}${rights}`, broke: true }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
