/** Who gets traffic while pods of both versions stand behind one Service: all that are ready, or the old ones only. */
import type { Pin, PinnedRollout } from '../../../playbook/deployment.ts'
import type { Service } from '../../../playbook/service.ts'
import { ClusterError, type RealShares, type WriteContext } from '../../../ports/cluster.ts'
import type { Connection } from '../connection.ts'
import { HASH_LABEL } from '../names.ts'
import { podSighting } from '../pod-sighting.ts'
import { podsBySlot, type Scene } from '../scene.ts'
import { sharesByAddresses } from '../shares.ts'
import { deployments } from '../target.ts'
import { selectAs } from '../traffic.ts'
import { countReady, rollingScene } from './rolling-scene.ts'
import { withoutBatches } from './rollout-fields.ts'

/** The pinned selector, and of the pods it finds only the old ones. */
export function oldPodsOnly(pin: Pin, { hash }: PinnedRollout): Readonly<Record<string, string>> {
  return { ...pin.serviceSelector, [HASH_LABEL]: hash }
}

/**
 * 100: the workload rolls out as it did before, so no old pod is left; `late` unless a new one is ready. 0: only old pods
 * get traffic; `late` when there is none. In between: all of them, as the selector was. A selector that is none of ours
 * is somebody else's decision: `refused`.
 */
export async function routeByRolling(
  connection: Connection,
  service: Service,
  pin: Pin,
  percent: number,
  context: WriteContext,
): Promise<RealShares> {
  const { rollout } = pin
  if (!rollout) throw new ClusterError('refused', `${service.workload} was not pinned for a rolling deployment.`)
  const scene = rollingScene(await connection.freshScene(service, context.signal), pin)
  if (percent >= 100) await finishRollout(connection, service, scene, rollout, context)
  if (percent <= 0 && !podsBySlot(scene).stable.some((pod) => !podSighting(pod).terminating)) {
    throw new ClusterError('late', `No pod of the old version is left in ${service.workload} to take the traffic.`)
  }
  const narrowed = oldPodsOnly(pin, rollout)
  await selectAs(connection, service, pin, percent <= 0 ? narrowed : pin.serviceSelector, narrowed, context)
  return sharesByAddresses(rollingScene(await connection.freshScene(service, context.signal), pin))
}

async function finishRollout(
  connection: Connection,
  service: Service,
  scene: Scene,
  rollout: PinnedRollout,
  context: WriteContext,
): Promise<void> {
  if (countReady(scene, 'canary') === 0) {
    throw new ClusterError('late', `No pod of the new version is ready in ${service.workload}: the old ones stay.`)
  }
  const target = deployments(service.namespace, service.workload)
  await connection.objects.edit(target, context, (current) => withoutBatches(current, rollout))
}
