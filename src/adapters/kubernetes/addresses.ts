/** Which pods stand behind the Services that lead traffic to them: a ready pod that no Service lists serves nobody. */
import type { Service } from '../../playbook/service.ts'
import type { SlotState } from '../../ports/cluster.ts'
import type { JsonObject } from './json.ts'
import { routedPods } from './shares.ts'

/** The slot with each pod marked; where the selector itself tells old pods from new ones (rolling), nothing is marked. */
export function withAddresses(service: Service, state: SlotState, slices: readonly JsonObject[]): SlotState {
  if (service.router.kind === 'rolling') return state
  const routed = routedPods(slices)
  return { ...state, pods: state.pods.map((pod) => ({ ...pod, routed: routed.has(pod.name) })) }
}
