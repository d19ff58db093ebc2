/**
 * Whoever routes learns of a pod after it became ready: kube-proxy and the proxies of a mesh follow the EndpointSlices
 * with a delay of their own, and other objects (a route's weights) with another. A share that arrives before the
 * addresses it leads to goes to nobody, so pods get traffic only when they have been ready for a while.
 */
import { isPodRouter } from '../../playbook/routed-services.ts'
import type { Service } from '../../playbook/service.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Cluster, Slot, SlotState } from '../../ports/cluster.ts'
import type { StepResult } from './result.ts'

/** ms. Meshes take some tens to hundreds of ms; Istio gathers changes for longer under load. */
export const KNOWN_AFTER_MS = 3_000

/** Kubernetes tells the second, not the ms. */
const PRECISION_MS = 1_000

/** Not yet, while none of the slot's ready pods has been ready for long enough; undefined: go on. */
export async function waitUntilKnown(
  { cluster, clock }: { readonly cluster: Pick<Cluster, 'look'>; readonly clock: Clock },
  service: Service,
  slot: Slot,
  signal: AbortSignal,
): Promise<StepResult | undefined> {
  // Elsewhere the addresses are all there is, and their order is kept.
  if (isPodRouter(service.router)) return undefined
  const { slots } = await cluster.look(service, signal)
  const retryMs = untilKnown(slots[slot], clock.now())
  if (retryMs === 0) return undefined
  return { kind: 'not-yet', why: 'those who route learn of the new addresses', retryMs }
}

/** ms until one pod has been ready for long enough; 0: one has, or nobody can tell. */
export function untilKnown({ pods }: Pick<SlotState, 'pods'>, now: number): number {
  const waits = pods
    .filter((pod) => pod.ready && !pod.terminating)
    .map(({ readySince }) => (typeof readySince === 'number' ? waitFor(now - readySince) : 0))
  return waits.length === 0 ? 0 : Math.min(...waits)
}

/** A node whose clock is far ahead of ours cannot be waited for. */
function waitFor(ageMs: number): number {
  return ageMs < -KNOWN_AFTER_MS ? 0 : Math.max(0, KNOWN_AFTER_MS + PRECISION_MS - ageMs)
}
