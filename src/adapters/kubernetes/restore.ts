/** The way back, first step. Nothing here asks whether anything is ready, valid or complete: traffic goes back. */

import type { Pin } from '../../playbook/deployment.ts'
import type { Service } from '../../playbook/service.ts'
import { ClusterError, type RealShares, type WriteContext } from '../../ports/cluster.ts'
import { isStatus } from './api-failure.ts'
import type { Connection } from './connection.ts'
import { withAt } from './json.ts'
import { SLOT_LABEL, slotName } from './names.ts'
import { wantedReplicas } from './rollout-state.ts'
import { sharesByWeights } from './shares.ts'
import { deployments, services } from './target.ts'
import { bringTrafficHome, readShares, selectorOf } from './traffic.ts'
import { readWeights } from './virtual-service.ts'

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
): Promise<RealShares> {
  const home = () =>
    bringTrafficHome(connection, service, pin, kept ? 'previous' : 'stable', context, { alwaysStamp: true })
  if (service.router.kind === 'istio') {
    const { service: front, route } = await home()
    await fenceWorkload(connection, service, context)
    const weights = route && readWeights(service, service.router, route)
    return weights && sharesByWeights(weights, front)
  }
  if (kept) await home()
  else await leaveCanary(connection, service, home, context)
  await fenceWorkload(connection, service, context)
  return readShares(connection, service, context.signal)
}

/** The canary's pods go at once; but not before the Service selects others, where it selects only them. */
async function leaveCanary(
  connection: Connection,
  service: Service,
  home: () => Promise<unknown>,
  context: WriteContext,
): Promise<void> {
  const known = connection.objects.recall(services(service.namespace, service.serviceName))
  const narrowed = !known || SLOT_LABEL in selectorOf(known)
  if (narrowed) {
    await home()
    await scaleCanaryToNothing(connection, service, context)
    return
  }
  const [moved, scaled] = await Promise.allSettled([home(), scaleCanaryToNothing(connection, service, context)])
  if (moved.status === 'rejected') throw moved.reason
  if (scaled.status === 'rejected') throw scaled.reason
}

async function scaleCanaryToNothing(connection: Connection, service: Service, context: WriteContext): Promise<void> {
  const target = deployments(service.namespace, slotName(service.workload, 'canary'))
  try {
    await connection.objects.edit(
      target,
      context,
      (current) => (wantedReplicas(current) === 0 ? current : withAt(current, ['spec', 'replicas'], 0)),
      { fromMemory: true, alwaysStamp: true },
    )
  } catch (error) {
    if (!isStatus(error, 404)) throw error
  }
}

/** Promotion and new canaries are refused to older decisions from now on. Traffic is back already: a late answer here is no failure. */
async function fenceWorkload(connection: Connection, service: Service, context: WriteContext): Promise<void> {
  const target = deployments(service.namespace, service.workload)
  try {
    await connection.objects.edit(target, context, (current) => current, { fromMemory: true, alwaysStamp: true })
  } catch (error) {
    if (error instanceof ClusterError && error.kind === 'fenced') throw error
  }
}
