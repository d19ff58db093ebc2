/** Where traffic may go, as the Service's selector and the route's shares say it. */
import type { Owned, TrafficPlace } from '../../../playbook/ownership.ts'
import type { Service } from '../../../playbook/service.ts'
import { ClusterError } from '../../../ports/cluster.ts'
import { type JsonObject, sameJson } from '../json.ts'
import { keptSelector } from '../kept-selector.ts'
import { SLOT_LABEL, slotLabels } from '../names.ts'
import { oldPodsOnly } from '../rolling/rolling-traffic.ts'
import { type WeightedRouter, weightsOf } from '../routers/weighted-router.ts'

export function selectorAt(service: Service, { pin }: Owned, place: TrafficPlace): Readonly<Record<string, string>> {
  if (place === 'previous') return keptSelector(service)
  if (place === 0 && pin.rollout) return oldPodsOnly(pin, pin.rollout)
  if (place === 'pinned' || place < 100) return pin.serviceSelector
  if (service.router.kind === 'switch') return slotLabels(service.workload, 'canary')
  return service.router.kind === 'replicas' ? { ...pin.serviceSelector, [SLOT_LABEL]: 'canary' } : pin.serviceSelector
}

/** Does the router's object give this? `route` null: it has none. */
export function isShareAt(
  router: WeightedRouter,
  route: JsonObject | null,
  { pin }: Owned,
  place: TrafficPlace,
): boolean {
  if (typeof place === 'number') {
    const share = shareOf(router, route)
    return share !== null && Math.abs(share - place) < 0.01
  }
  if (!route) return router.passing !== undefined
  try {
    return sameJson(router.withPinned(route, pin), route)
  } catch (error) {
    if (error instanceof ClusterError) return false
    throw error
  }
}

/** Percent of the canary as written; null when it cannot be said. */
export function shareOf(router: WeightedRouter, route: JsonObject | null): number | null {
  if (route && router.fault(route) !== undefined) return null
  const weights = weightsOf(router, route)
  if (!weights || weights.stable + weights.canary <= 0) return null
  return (100 * weights.canary) / (weights.stable + weights.canary)
}
