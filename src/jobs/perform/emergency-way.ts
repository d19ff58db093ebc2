/** What differs on the way back when an emergency was ordered: it goes by what is pinned on the cluster, and is written down. */
import type { Deployment, Pin } from '../../playbook/deployment.ts'
import { type Emergency, emergencyReason, emergencyTime, incidentLine } from '../../playbook/emergency.ts'
import { imageReference } from '../../playbook/image.ts'
import type { Engine } from '../engine.ts'

/** What is gone back to, and how: `throughPrevious` to the pods beside the workload, `cold` when those have to start first. */
export interface Way {
  readonly pin: Pin
  readonly cold: boolean
  readonly throughPrevious: boolean
}

/** Null: nothing is pinned, or nothing any more. */
export async function wayOnCluster(
  { cluster }: Engine,
  { plan }: Deployment,
  signal: AbortSignal,
): Promise<Way | null> {
  const pinned = await cluster.pinned(plan.service, signal)
  return pinned && { pin: pinned.pin, cold: pinned.replaced && !pinned.kept, throughPrevious: pinned.replaced }
}

/** As whoever ordered it would have; the same line is never written twice. A full disk does not keep anything from going back. */
export async function writeIncident(engine: Engine, deployment: Deployment, id: string): Promise<void> {
  const { goingBack, plan, service, version, digest, pin } = deployment
  // Ordered while the record could not be reached: then only they know who they are and why, and wrote it down themselves.
  if (!goingBack?.by) return
  const emergency: Emergency = {
    id,
    service,
    by: goingBack.by,
    reason: emergencyReason(goingBack.detail),
    at: emergencyTime(id),
    deployment: deployment.id,
    from: imageReference(plan.service.image, version, digest),
    to: pin?.image ?? null,
    restoredAt: engine.clock.now(),
  }
  try {
    await engine.incidents.append(id, incidentLine(emergency))
  } catch (error) {
    engine.log.error({ deployment: deployment.id, error }, 'an emergency could not be written to the incident log')
  }
}
