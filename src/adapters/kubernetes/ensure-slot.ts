/** The Deployment of a slot, as wanted. */

import type { Service } from '../../playbook/service.ts'
import { type Cluster, ClusterError, type SlotState, type WriteContext } from '../../ports/cluster.ts'
import { PODS_ANNOTATION } from './canary-size.ts'
import type { Connection } from './connection.ts'
import { refuseIfFenced } from './fencing.ts'
import { type JsonObject, objectAt, textAt, textMapAt, withAt } from './json.ts'
import { SLOT_LABEL, slotLabels, slotName, WORKLOAD_LABEL } from './names.ts'
import { canaryDeployment, previousDeployment } from './slot-deployments.ts'
import { writtenState } from './slot-state.ts'
import { deployments, describeTarget, type Target } from './target.ts'
import { needPin, needWorkload } from './workload.ts'

type Want = Parameters<Cluster['ensureSlot']>[1]

export async function ensureSlot(
  connection: Connection,
  service: Service,
  want: Want,
  context: WriteContext,
): Promise<SlotState> {
  const workload = await needWorkload(connection, service, context)
  const wanted =
    want.slot === 'canary'
      ? canaryDeployment(service, workload, needPin(service, workload, context), want)
      : previousDeployment(service, workload, want.pin, want.replicas)
  const target = deployments(service.namespace, slotName(service.workload, want.slot))
  const known = await connection.objects.read(target, context.signal)
  const written =
    (known ? null : await createSlot(connection, service, target, wanted, context)) ??
    (await connection.objects.edit(target, context, (current) => asWanted(service, want.slot, target, current, wanted)))
  const scene = await connection.scene(service, context.signal)
  return writtenState(service, want.slot, written, scene)
}

/** A new object has no token to be checked with, so the workload is looked at once more after its creation. */
async function createSlot(
  connection: Connection,
  service: Service,
  target: Target,
  wanted: JsonObject,
  context: WriteContext,
): Promise<JsonObject | null> {
  const created = await connection.objects.create(target, wanted, context)
  if (!created) return null
  const workload = deployments(service.namespace, service.workload)
  try {
    const now = await connection.objects.read(workload, context.signal)
    if (now) refuseIfFenced(workload, now, context)
  } catch (error) {
    if (error instanceof ClusterError && error.kind === 'fenced') await connection.objects.remove(target, context)
    throw error
  }
  return created
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
