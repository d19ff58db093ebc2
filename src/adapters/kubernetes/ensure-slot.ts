/** The Deployment of a slot, as wanted. */

import { routedServices } from '../../playbook/routed-services.ts'
import type { Service } from '../../playbook/service.ts'
import { type Cluster, ClusterError, type SlotState, type WriteContext } from '../../ports/cluster.ts'
import { PODS_ANNOTATION } from './canary-size.ts'
import type { Connection } from './connection.ts'
import { createFenced } from './create-fenced.ts'
import { type JsonObject, objectAt, textAt, textMapAt, withAt } from './json.ts'
import { SLOT_LABEL, slotLabels, slotName, WORKLOAD_LABEL } from './names.ts'
import { countPreviewed, ensurePreview } from './preview.ts'
import { readable } from './readable.ts'
import { rollPods } from './rolling/roll-pods.ts'
import { type Scene, slicesOf } from './scene.ts'
import { routedOf } from './shares.ts'
import { canaryDeployment, previousDeployment } from './slot-deployments.ts'
import { slotState, writtenState } from './slot-state.ts'
import { deployments, describeTarget, type Target } from './target.ts'
import { needPin, needWorkload } from './workload.ts'

type Want = Parameters<Cluster['ensureSlot']>[1]

export async function ensureSlot(
  connection: Connection,
  service: Service,
  want: Want,
  context: WriteContext,
): Promise<SlotState> {
  if (want.slot === 'canary' && service.router.kind === 'rolling') return rollPods(connection, service, want, context)
  const workload = await needWorkload(connection, service, context)
  const wanted =
    want.slot === 'canary'
      ? canaryDeployment(service, workload, needPin(service, workload, context), want)
      : previousDeployment(service, workload, want.pin, want.replicas)
  const target = deployments(service.namespace, slotName(service.workload, want.slot))
  const known = await connection.objects.read(target, context.signal)
  const written =
    (known ? null : await createFenced(connection, service, target, wanted, context)) ??
    (await connection.objects.edit(target, context, (current) => asWanted(service, want.slot, target, current, wanted)))
  if (want.slot === 'previous') return previousState(connection, service, written, context.signal)
  const scene = await connection.scene(service, context.signal)
  const state = writtenState(service, want.slot, written, scene)
  if (service.router.kind === 'switch') await ensurePreview(connection, service, context)
  return asAddressed(state, await countAddressed(connection, service, scene, context.signal))
}

/** The way back goes by it: the Deployment says how many are ready, also to whoever may not list its pods. */
async function previousState(
  connection: Connection,
  service: Service,
  written: JsonObject,
  signal: AbortSignal,
): Promise<SlotState> {
  const scene = await readable(() => connection.scene(service, signal))
  return scene ? writtenState(service, 'previous', written, scene) : slotState(service, written, [])
}

/** How many of the new version's pods stand behind the Service that will lead traffic to them. */
async function countAddressed(
  connection: Connection,
  service: Service,
  scene: Scene,
  signal: AbortSignal,
): Promise<number> {
  if (service.router.kind === 'switch') return countPreviewed(connection, service, signal)
  const host = routedServices(service.router)?.canary
  if (host === undefined) return routedOf(scene, 'canary')
  return routedOf(scene, 'canary', await slicesOf(connection, service, host.split('.')[0] ?? host, signal))
}

/** A new pod counts as ready where traffic will look for it: a share given before its address is known goes to nobody. */
function asAddressed(state: SlotState, addresses: number): SlotState {
  const ready = Math.min(state.ready, addresses)
  return { ...state, ready, complete: state.complete && ready >= state.wanted }
}

function asWanted(
  service: Service,
  slot: 'canary' | 'previous',
  target: Target,
  current: JsonObject,
  wanted: JsonObject,
): JsonObject {
  const labels = textMapAt(current, 'spec', 'selector', 'matchLabels')
  const ours = slotLabels(service.workload, slot)
  if (labels[SLOT_LABEL] !== ours[SLOT_LABEL] || labels[WORKLOAD_LABEL] !== ours[WORKLOAD_LABEL]) {
    throw new ClusterError('refused', `${describeTarget(target)} exists and is not the bot's: it is left alone.`)
  }
  if (textAt(current, 'metadata', 'deletionTimestamp') !== undefined) {
    throw new ClusterError('late', `${describeTarget(target)} of an earlier deployment is still being deleted.`)
  }
  const templated = withAt(current, ['spec', 'template'], objectAt(wanted, 'spec', 'template'))
  const sized = withAt(templated, ['spec', 'replicas'], objectAt(wanted, 'spec').replicas)
  return textAt(sized, 'metadata', 'annotations', PODS_ANNOTATION) === undefined
    ? sized
    : withAt(sized, ['metadata', 'annotations', PODS_ANNOTATION], undefined)
}
