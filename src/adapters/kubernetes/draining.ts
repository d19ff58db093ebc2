/**
 * Between traffic moved and pods scaled down: proxies that have not heard of the move yet, and requests in flight, still
 * need the pods that are being left.
 */
import type { Service } from '../../playbook/service.ts'
import type { Connection } from './connection.ts'
import { type JsonObject, listAt, textAt } from './json.ts'
import { FIELD_MANAGER, slotName } from './names.ts'
import { weightedRouterOf } from './routers/router-of.ts'
import { deployments, services } from './target.ts'

/** Kubernetes tells the second, not the ms. */
const PRECISION_MS = 1_000

/**
 * Did we move the traffic off the canary less than `timeouts.drain` ago? False where there is no canary, and where pods
 * alone divide the traffic: there it is the pods' going that moves it.
 */
export async function isDraining(connection: Connection, service: Service, signal: AbortSignal): Promise<boolean> {
  if (service.router.kind === 'replicas') return false
  const canary = deployments(service.namespace, slotName(service.workload, 'canary'))
  const router = weightedRouterOf(service)
  const moved = router
    ? await connection.routeTarget(service, router, signal)
    : services(service.namespace, service.serviceName)
  const [left, object] = await Promise.all([
    connection.objects.read(canary, signal),
    connection.objects.read(moved, signal),
  ])
  return left !== null && object !== null && isWrittenLately(connection, service, object)
}

/** Did we change it less than `timeouts.drain` ago? A server whose clock is far from ours cannot be waited for. */
export function isWrittenLately({ now }: Connection, { timeouts }: Service, object: JsonObject): boolean {
  const at = lastWrittenAt(object)
  return at !== undefined && Math.abs(now() - at) < timeouts.drainMs + PRECISION_MS
}

/** When we last changed an object, by the API server's clock, cut to the second; undefined when it does not say. */
export function lastWrittenAt(object: JsonObject): number | undefined {
  const times = listAt(object, 'metadata', 'managedFields')
    .filter((row) => textAt(row, 'manager') === FIELD_MANAGER)
    .map((row) => Date.parse(textAt(row, 'time') ?? ''))
    .filter(Number.isFinite)
  return times.length === 0 ? undefined : Math.max(...times)
}
