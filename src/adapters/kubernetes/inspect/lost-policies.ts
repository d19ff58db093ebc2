/** NetworkPolicies that find pods by the labels an idle colour lacks. */
import type { Service } from '../../../playbook/service.ts'
import { isStatus } from '../api-failure.ts'
import type { Connection } from '../connection.ts'
import { type JsonObject, objectAt, textAt } from '../json.ts'
import { matchesLabelSelector } from '../selectors.ts'
import { networkPolicies } from '../target.ts'
import type { PodLabels } from './router-faults.ts'

/** Names of the policies that hold for the old pods and would not for the new ones; empty where the new ones have all labels anyway. */
export async function readLostPolicies(
  connection: Connection,
  service: Service,
  labels: PodLabels | null,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (service.router.kind !== 'switch' || !labels) return []
  try {
    const { items } = await connection.api.list(networkPolicies(service.namespace), { signal })
    return lostPolicies(items, labels)
  } catch (error) {
    if (isStatus(error, 404)) return []
    throw error
  }
}

export function lostPolicies(
  policies: readonly JsonObject[],
  { stable, canary }: Pick<PodLabels, 'stable' | 'canary'>,
): readonly string[] {
  return policies.flatMap((policy) => {
    const selector = objectAt(policy, 'spec', 'podSelector')
    const lost = matchesLabelSelector(selector, stable) && !matchesLabelSelector(selector, canary)
    return lost ? (textAt(policy, 'metadata', 'name') ?? []) : []
  })
}
