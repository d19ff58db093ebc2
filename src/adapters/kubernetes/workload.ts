/** The catalogue's workload, as the writing steps need it. */

import type { Pin } from '../../playbook/deployment.ts'
import type { Service } from '../../playbook/service.ts'
import { ClusterError, type WriteContext } from '../../ports/cluster.ts'
import type { Connection } from './connection.ts'
import { type PinnedContext, refuseIfFenced } from './fencing.ts'
import type { JsonObject } from './json.ts'
import { anyPinOn, pinOn } from './pinning.ts'
import { deployments, describeTarget } from './target.ts'

/** The Deployment. Throws ClusterError: `refused` (404) when there is none, `fenced` when a newer decision wrote it. */
export async function needWorkload(
  connection: Connection,
  service: Service,
  context: WriteContext,
): Promise<JsonObject> {
  const target = deployments(service.namespace, service.workload)
  const workload = await connection.objects.read(target, context.signal)
  if (!workload) throw new ClusterError('refused', `There is no ${describeTarget(target)}.`, { status: 404 })
  refuseIfFenced(target, workload, context)
  return workload
}

/**
 * Throws ClusterError `fenced` when a newer decision stands on the workload, or no way back is written there any more: then
 * whoever still writes has slept through the end, and the tokens went with it.
 */
export async function refuseIfOver(connection: Connection, service: Service, context: WriteContext): Promise<void> {
  const target = deployments(service.namespace, service.workload)
  const workload = await connection.objects.read(target, context.signal)
  if (!workload) return
  refuseIfFenced(target, workload, context)
  if (anyPinOn(workload)) return
  const why = `${describeTarget(target)} carries no way back any more: ${context.deployment} is over, and stops.`
  throw new ClusterError('fenced', why)
}

/** The context of a step between the pin and the end. */
export function pinnedContext(connection: Connection, service: Service, context: WriteContext): PinnedContext {
  return { ...context, stillOn: () => refuseIfOver(connection, service, context) }
}

/**
 * This deployment's pin. Going forward without a way back is refused; so is a worker that lags behind the end of its
 * deployment, when the pin is gone.
 */
export function needPin(service: Service, workload: JsonObject, context: WriteContext): Pin {
  const pin = pinOn(workload, context)
  if (pin) return pin
  throw new ClusterError(
    'refused',
    `${service.workload} carries no way back of ${context.deployment}: it was not pinned, or the deployment is over.`,
  )
}
