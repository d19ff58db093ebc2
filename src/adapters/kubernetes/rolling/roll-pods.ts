/** The workload itself runs so many pods of the new version: one write that leads there and no further, and a pause. */

import { surgeOf } from '../../../playbook/rolling.ts'
import type { Service } from '../../../playbook/service.ts'
import { ClusterError, type SlotState, type WriteContext } from '../../../ports/cluster.ts'
import type { Connection } from '../connection.ts'
import { at, isObject, type JsonObject, sameJson, withAt } from '../json.ts'
import { wantedReplicas } from '../rollout-state.ts'
import { promotedTemplate, type Wanted } from '../slot-deployments.ts'
import { deployments } from '../target.ts'
import { templateOf } from '../traffic.ts'
import { needPin, needWorkload } from '../workload.ts'
import { newPods, rollingScene } from './rolling-scene.ts'
import { withBatch } from './rollout-fields.ts'

/**
 * Paused once they are ready: nobody's `kubectl set image` rolls out while they are watched. The pause holds nothing up
 * by itself, the rollout is at rest without it too.
 */
export async function rollPods(
  connection: Connection,
  service: Service,
  want: Wanted & { readonly replicas: number },
  context: WriteContext,
): Promise<SlotState> {
  const target = deployments(service.namespace, service.workload)
  const pin = needPin(service, await needWorkload(connection, service, context), context)
  const rolled = (current: JsonObject) => {
    const old = isObject(pin.template) ? pin.template : {}
    const template = promotedTemplate(service, current, old, pin.serviceSelector, want)
    refuseForeign(service, templateOf(current), [old, template])
    return withBatch(current, template, { wanted: want.replicas, surge: surgeOf(service, wantedReplicas(current)) })
  }
  const written = await connection.objects.edit(target, context, rolled)
  const scene = rollingScene(await connection.scene(service, context.signal), pin)
  const state = newPods(service, scene, written, pin)
  const stand = state.ready >= Math.min(want.replicas, wantedReplicas(written))
  if (stand && at(written, 'spec', 'paused') !== true) {
    await connection.objects.edit(target, context, (current) => withAt(rolled(current), ['spec', 'paused'], true))
  }
  return { ...state, complete: stand }
}

function refuseForeign(service: Service, found: JsonObject, ours: readonly JsonObject[]): void {
  if (ours.some((template) => sameJson(template, found))) return
  throw new ClusterError(
    'refused',
    `The pod template of ${service.workload} is neither the old version's nor the new one's: somebody else changed it.`,
  )
}
