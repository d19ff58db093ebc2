/** Real shares of traffic by slot. */
import type { RealShares, Slot } from '../../ports/cluster.ts'
import { at, type JsonObject, listAt, textAt, textMapAt } from './json.ts'
import { leadsToKept } from './kept-selector.ts'
import { podsBySlot, type Scene } from './scene.ts'

/**
 * Names of the pods traffic may go to (an address where there is no pod): ready, and not on their way out. "Ready" of a
 * pod is not yet "routed to". A pod with two address families stands in two slices and counts once.
 */
export function routedPods(endpointSlices: readonly JsonObject[]): ReadonlySet<string> {
  const ready = endpointSlices
    .flatMap((slice) => listAt(slice, 'endpoints'))
    .filter(
      (endpoint) => at(endpoint, 'conditions', 'ready') !== false && at(endpoint, 'conditions', 'terminating') !== true,
    )
  return new Set(
    ready.map((endpoint) => textAt(endpoint, 'targetRef', 'name') ?? JSON.stringify(at(endpoint, 'addresses'))),
  )
}

/** How many pods of a slot these slices lead to; those of the Service in front unless others are given. */
export function routedOf(scene: Scene, slot: Slot, endpointSlices = scene.endpointSlices): number {
  const routed = routedPods(endpointSlices)
  return podsBySlot(scene)[slot].filter((pod) => routed.has(textAt(pod, 'metadata', 'name') ?? '')).length
}

/**
 * Share by ready addresses behind the Service, each mapped to its pod by `targetRef`. Addresses of no slot of ours count
 * as stable: whatever they are, they are not the new version. Null when there is no ready address.
 */
export function sharesByAddresses(scene: Scene): RealShares {
  const slotOfPod = new Map<string, Slot>()
  for (const [slot, pods] of Object.entries(podsBySlot(scene))) {
    if (slot !== 'canary' && slot !== 'previous') continue
    for (const pod of pods) slotOfPod.set(textAt(pod, 'metadata', 'name') ?? '', slot)
  }
  const counts: Record<Slot, number> = { stable: 0, canary: 0, previous: 0 }
  const routed = routedPods(scene.endpointSlices)
  for (const name of routed) counts[slotOfPod.get(name) ?? 'stable']++
  if (routed.size === 0) return null
  const percent = (slot: Slot) => (100 * counts[slot]) / routed.size
  return {
    stable: 100 - percent('canary') - percent('previous'),
    canary: percent('canary'),
    previous: percent('previous'),
  }
}

/** Share by the weights of a route; what the stable host gets goes to the previous slot while the Service points there. */
export function sharesByWeights(
  weights: { readonly stable: number; readonly canary: number },
  service: JsonObject | null,
): RealShares {
  const total = weights.stable + weights.canary
  if (total <= 0) return null
  const canary = (100 * weights.canary) / total
  return leadsToKept(textMapAt(service, 'spec', 'selector'))
    ? { stable: 0, canary, previous: 100 - canary }
    : { stable: 100 - canary, canary, previous: 0 }
}
