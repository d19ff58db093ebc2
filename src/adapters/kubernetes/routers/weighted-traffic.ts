/** Shares written to the router's object, and the way back from them. */
import type { Pin } from '../../../playbook/deployment.ts'
import type { Service } from '../../../playbook/service.ts'
import { ClusterError, type RealShares, type WriteContext } from '../../../ports/cluster.ts'
import { isStatus } from '../api-failure.ts'
import type { Connection } from '../connection.ts'
import type { JsonObject } from '../json.ts'
import { slotName } from '../names.ts'
import { rolloutState } from '../rollout-state.ts'
import { sharesByWeights } from '../shares.ts'
import { deployments, services } from '../target.ts'
import { editPassing } from './passing-object.ts'
import { type WeightedRouter, weightsOf } from './weighted-router.ts'

export async function routeByWeights(
  connection: Connection,
  service: Service,
  router: WeightedRouter,
  percent: number,
  context: WriteContext,
): Promise<RealShares> {
  const canary = deployments(service.namespace, slotName(service.workload, 'canary'))
  const [target, deployment, front] = await Promise.all([
    connection.routeTarget(service, router, context.signal),
    connection.objects.read(canary, context.signal),
    connection.objects.read(services(service.namespace, service.serviceName), context.signal),
  ])
  if (percent > 0 && (!deployment || rolloutState(deployment).ready === 0)) {
    throw new ClusterError('late', `No pod of the new version is ready in ${canary.name}: traffic is not sent to it.`)
  }
  const change = (current: JsonObject) => router.withShare(current, percent)
  const edit = () => connection.objects.edit(target, context, change, { by: router.by })
  const { passing } = router
  const nothingThere = async () => percent <= 0 && !(await connection.objects.read(target, context.signal))
  const route = !passing
    ? await edit()
    : (await nothingThere())
      ? null
      : await editPassing(connection, service, router, passing, context, change)
  // Taking traffic away waits for nobody.
  if (percent > 0 && route && router.pending(route) !== undefined) return null
  const weights = weightsOf(router, route)
  return weights && sharesByWeights(weights, front)
}

/** Weights as pinned, whatever the router has to say about it. Null where the object is one for the run, and is not there. */
export async function moveWeights(
  connection: Connection,
  service: Service,
  router: WeightedRouter,
  pin: Pin,
  context: WriteContext,
  { alwaysStamp }: { readonly alwaysStamp: boolean },
): Promise<JsonObject | null> {
  const target = await connection.routeTarget(service, router, context.signal)
  const options = { fromMemory: true, alwaysStamp, by: router.by }
  try {
    return await connection.objects.edit(target, context, (current) => router.withPinned(current, pin), options)
  } catch (error) {
    if (router.passing && isStatus(error, 404)) return null
    throw error
  }
}

/** Has the router still to take what is written? Asked on the way forward only. */
export async function isPending(
  connection: Connection,
  service: Service,
  router: WeightedRouter,
  signal: AbortSignal,
): Promise<boolean> {
  const route = await connection.objects.read(await connection.routeTarget(service, router, signal), signal)
  return route !== null && router.pending(route) !== undefined
}
