/** The way back, first step. Nothing here asks whether anything is ready, valid or complete: traffic goes back. */

import type { Pin } from '../../playbook/deployment.ts'
import type { Service } from '../../playbook/service.ts'
import { ClusterError, type RealShares, type WriteContext } from '../../ports/cluster.ts'
import { emptyCanary } from './canary-size.ts'
import type { Connection } from './connection.ts'
import { SLOT_LABEL } from './names.ts'
import { readable } from './readable.ts'
import { restoreInPlace } from './rolling/restore-in-place.ts'
import { weightedRouterOf } from './routers/router-of.ts'
import { weightsOf } from './routers/weighted-router.ts'
import { moveWeights } from './routers/weighted-traffic.ts'
import { sharesByWeights } from './shares.ts'
import { deployments, services } from './target.ts'
import { bringTrafficHome, type Home, readShares, selectorOf } from './traffic.ts'

/**
 * Every write leaves its token, also where nothing else differs: from then on a worker that lags behind with an older
 * decision cannot give the new version traffic again.
 */
export async function restore(
  connection: Connection,
  service: Service,
  pin: Pin,
  kept: boolean,
  context: WriteContext,
  overdue = false,
): Promise<RealShares> {
  // Whatever the caller believes: beside a workload that was rolled in place nothing is kept.
  if (pin.rollout) return restoreInPlace(connection, service, pin, pin.rollout, context, overdue)
  const home = () =>
    bringTrafficHome(connection, service, pin, kept ? 'previous' : 'stable', context, { alwaysStamp: true })
  const router = weightedRouterOf(service)
  const moving = service.router.kind !== 'replicas' || kept ? home() : leaveCanary(connection, service, home, context)
  // Sent off beside the others: one round trip for all of them.
  const [moved, fenced] = await Promise.allSettled([moving, fenceWorkload(connection, service, context)])
  if (moved.status === 'rejected') throw moved.reason
  if (fenced.status === 'rejected') throw fenced.reason
  // Where its pods may not be listed, it is written all the same; nobody can say who gets it.
  if (!router) return (await readable(() => readShares(connection, service, context.signal))) ?? null
  // Where there was no object for the run, an older decision may have made one just now: from the fence on, none can.
  const route =
    moved.value.route ?? (await moveWeights(connection, service, router, pin, context, { alwaysStamp: true }))
  const weights = weightsOf(router, route)
  return weights && sharesByWeights(weights, moved.value.service)
}

/** The canary's pods go at once; but not before the Service selects others, where it selects only them. */
async function leaveCanary(
  connection: Connection,
  service: Service,
  home: () => Promise<Home>,
  context: WriteContext,
): Promise<Home> {
  const known = connection.objects.recall(services(service.namespace, service.serviceName))
  const narrowed = !known || SLOT_LABEL in selectorOf(known)
  if (narrowed) {
    const moved = await home()
    await emptyCanary(connection, service, context)
    return moved
  }
  const [moved, scaled] = await Promise.allSettled([home(), emptyCanary(connection, service, context)])
  if (moved.status === 'rejected') throw moved.reason
  if (scaled.status === 'rejected') throw scaled.reason
  return moved.value
}

/** How long the fence around the workload may hold up the news that traffic is back, real ms. */
const FENCE_LIMIT_MS = 2_000

/** Promotion and new canaries are refused to older decisions from now on. Traffic does not depend on it: a late answer here is no failure. */
async function fenceWorkload(connection: Connection, service: Service, context: WriteContext): Promise<void> {
  const target = deployments(service.namespace, service.workload)
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(FENCE_LIMIT_MS)])
  const options = { fromMemory: true, alwaysStamp: true }
  try {
    await connection.objects.edit(target, { ...context, signal }, (current) => current, options)
  } catch (error) {
    if (error instanceof ClusterError && error.kind === 'fenced') throw error
  }
}
