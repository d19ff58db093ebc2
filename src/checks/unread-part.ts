/** A part of the inspection, or of the capacity, that could not be read is unknown: what stands in its place means nothing. */

import { fullStop } from '../playbook/sentence.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { CheckResult } from './check.ts'

/** As the cluster port names them. */
export type Part = 'node load' | 'headroom' | 'quotas' | 'HPA' | 'PDB' | 'leftovers' | 'network policies'

/** Undefined where the part was read. */
export function unreadPart({ unread }: Pick<Inspection, 'unread'>, part: Part): CheckResult | undefined {
  const row = unread?.find((candidate) => candidate.part === part)
  return row && { status: 'unknown', sentence: `Not known (${part}): ${fullStop(row.why)}` }
}
