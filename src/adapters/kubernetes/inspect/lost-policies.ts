/** NetworkPolicies that find pods by labels which an idle colour, or the kept old version, lacks. */
import type { Service } from '../../../playbook/service.ts'
import type { Inspection } from '../../../ports/cluster.ts'
import { isStatus } from '../api-failure.ts'
import type { Connection } from '../connection.ts'
import { type JsonObject, objectAt, textAt } from '../json.ts'
import { matchesLabelSelector } from '../selectors.ts'
import { networkPolicies } from '../target.ts'
import type { PodLabels } from './router-faults.ts'

export type PoliciesLost = Required<Pick<Inspection, 'policiesLost' | 'policiesLostWhenKept'>>

export const NONE_LOST: PoliciesLost = { policiesLost: [], policiesLostWhenKept: [] }

export async function readLostPolicies(
  connection: Connection,
  service: Service,
  labels: PodLabels | null,
  signal: AbortSignal,
): Promise<PoliciesLost> {
  if (!labels) return NONE_LOST
  try {
    const { items } = await connection.api.list(networkPolicies(service.namespace), { signal })
    return policiesLost(service.router.kind, items, labels)
  } catch (error) {
    if (isStatus(error, 404)) return NONE_LOST
    throw error
  }
}

/** Rolling makes no other pods than the workload's own; a canary's have all the labels of the old ones. */
export function policiesLost(
  router: Service['router']['kind'],
  policies: readonly JsonObject[],
  { stable, canary, kept }: Pick<PodLabels, 'stable' | 'canary' | 'kept'>,
): PoliciesLost {
  if (router === 'rolling') return NONE_LOST
  return {
    policiesLost: router === 'switch' ? lostPolicies(policies, stable, canary) : [],
    policiesLostWhenKept: lostPolicies(policies, stable, kept),
  }
}

type Labels = PodLabels['stable']

/** Names of the policies that hold for pods with the labels of `before`, and not for those of `after`. */
function lostPolicies(policies: readonly JsonObject[], before: Labels, after: Labels): readonly string[] {
  return policies.flatMap((policy) => {
    const selector = objectAt(policy, 'spec', 'podSelector')
    const lost = matchesLabelSelector(selector, before) && !matchesLabelSelector(selector, after)
    return lost ? (textAt(policy, 'metadata', 'name') ?? []) : []
  })
}
