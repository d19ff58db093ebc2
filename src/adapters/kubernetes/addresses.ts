/** Which pods stand behind the Services that lead traffic to them: a ready pod that no Service lists serves nobody. */
import type { Service } from '../../playbook/service.ts'
import type { SlotState } from '../../ports/cluster.ts'
import { at, type JsonObject, listAt, textAt } from './json.ts'
import { routedPods } from './shares.ts'

/**
 * The slot with each pod marked; where the selector itself tells old pods from new ones (rolling), nothing is marked. The
 * two kinds are read one after the other: where the addresses know already that a pod is on its way out, it is.
 */
export function withAddresses(service: Service, state: SlotState, slices: readonly JsonObject[]): SlotState {
  if (service.router.kind === 'rolling') return state
  const routed = routedPods(slices)
  const leaving = leavingPods(slices)
  const pods = state.pods.map((pod) => ({
    ...pod,
    terminating: pod.terminating || leaving.has(pod.name),
    routed: routed.has(pod.name),
  }))
  return { ...state, pods }
}

function leavingPods(slices: readonly JsonObject[]): ReadonlySet<string> {
  const leaving = slices
    .flatMap((slice) => listAt(slice, 'endpoints'))
    .filter((endpoint) => at(endpoint, 'conditions', 'terminating') === true)
  return new Set(leaving.map((endpoint) => textAt(endpoint, 'targetRef', 'name') ?? ''))
}
