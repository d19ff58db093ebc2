/** Who gets traffic: reads and writes of the Service's selector and the route's weights. */

import type { Pin } from '../../playbook/deployment.ts'
import type { Service } from '../../playbook/service.ts'
import { ClusterError, type RealShares, type WriteContext } from '../../ports/cluster.ts'
import { returnCanary, withdrawCanary } from './canary-size.ts'
import type { Connection } from './connection.ts'
import { type JsonObject, objectAt, sameJson, textMapAt, withAt } from './json.ts'
import { keptSelector } from './kept-selector.ts'
import { SLOT_LABEL } from './names.ts'
import { wantedReplicas } from './rollout-state.ts'
import { weightedRouterOf } from './routers/router-of.ts'
import { weightsOf } from './routers/weighted-router.ts'
import { moveWeights } from './routers/weighted-traffic.ts'
import type { Scene } from './scene.ts'
import { sameLabels, writeLabels } from './selectors.ts'
import { routedOf, sharesByAddresses, sharesByWeights } from './shares.ts'
import { services } from './target.ts'

type Labels = Readonly<Record<string, string>>

export function selectorOf(service: JsonObject | null): Labels {
  return textMapAt(service, 'spec', 'selector')
}

export function withSelector(service: JsonObject, selector: Labels): JsonObject {
  return sameLabels(selectorOf(service), selector) ? service : withAt(service, ['spec', 'selector'], selector)
}

export interface Traffic {
  readonly shares: RealShares
  /** Why the shares cannot be known, where the router says why. */
  readonly unknown?: string
}

/** Shares as the router's objects give them now, unknown while the router has not taken them. `scene` where one has just been read. */
export async function readTraffic(
  connection: Connection,
  service: Service,
  signal: AbortSignal,
  scene?: Scene,
): Promise<Traffic> {
  const router = weightedRouterOf(service)
  if (!router) return { shares: sharesByAddresses(scene ?? (await connection.freshScene(service, signal))) }
  const [route, front] = await Promise.all([
    connection.readRoute(service, router, signal),
    scene ? scene.service : connection.objects.read(services(service.namespace, service.serviceName), signal),
  ])
  const unknown = route ? router.pending(route) : undefined
  if (unknown !== undefined) return { shares: null, unknown: unknown.replace(/\.$/, '') }
  const weights = weightsOf(router, route)
  return { shares: weights && sharesByWeights(weights, front) }
}

export async function readShares(connection: Connection, service: Service, signal: AbortSignal): Promise<RealShares> {
  return (await readTraffic(connection, service, signal)).shares
}

/**
 * `replicas` below 100: the ratio of pods speaks (see ensureSlot), the selector is the pinned one. At 100: only the
 * canary's pods. At 0: the canary's pods go, until a share is given again.
 */
export async function routeBySelector(
  connection: Connection,
  service: Service,
  pin: Pin,
  percent: number,
  context: WriteContext,
): Promise<RealShares> {
  const narrowed: Labels = { ...pin.serviceSelector, [SLOT_LABEL]: 'canary' }
  if (percent > 0) await returnCanary(connection, service, context)
  if (percent >= 100) await needWholeCanary(connection, service, context.signal)
  await selectAs(connection, service, pin, percent >= 100 ? narrowed : pin.serviceSelector, narrowed, context)
  if (percent <= 0) await withdrawCanary(connection, service, context)
  return readShares(connection, service, context.signal)
}

/** All that is wanted of the canary is behind the Service: alone it has to carry everything. */
async function needWholeCanary(connection: Connection, service: Service, signal: AbortSignal): Promise<void> {
  const scene = await connection.freshScene(service, signal)
  const { canary } = scene.deployments
  const wanted = canary ? wantedReplicas(canary) : 0
  const routed = routedOf(scene, 'canary')
  if (routed > 0 && routed >= wanted) return
  throw new ClusterError(
    'late',
    `${routed} of ${wanted} pods of the new version are ready behind Service ${service.serviceName}: it does not get everything yet.`,
  )
}

/** One write of the Service's selector, from one of the two that are ours to another: what else stands there is somebody else's decision, `refused`. */
export async function selectAs(
  connection: Connection,
  service: Service,
  { serviceSelector }: Pin,
  wanted: Labels,
  other: Labels,
  context: WriteContext,
): Promise<void> {
  await connection.objects.edit(services(service.namespace, service.serviceName), context, (current) => {
    const selector = selectorOf(current)
    if (!sameLabels(selector, serviceSelector) && !sameLabels(selector, other)) {
      throw new ClusterError(
        'refused',
        `The selector of Service ${service.serviceName} is ${writeLabels(selector)}, not ${writeLabels(serviceSelector)} as at the start: somebody else changed it.`,
      )
    }
    return withSelector(current, wanted)
  })
}

/** The objects as they are once traffic is where it should be; no route where the router has none. */
export interface Home {
  readonly service: JsonObject
  readonly route: JsonObject | null
}

/**
 * Selector and weights as wanted for the way back or the end: one write each, from the copies last seen. Both are sent
 * off at once. `alwaysStamp`: the object that older decisions would write carries our token, whether or not it differs.
 */
export async function bringTrafficHome(
  connection: Connection,
  service: Service,
  pin: Pin,
  to: 'stable' | 'previous',
  context: WriteContext,
  { alwaysStamp }: { readonly alwaysStamp: boolean },
): Promise<Home> {
  const selector = to === 'previous' ? keptSelector(service) : pin.serviceSelector
  const router = weightedRouterOf(service)
  const moveSelector = () =>
    connection.objects.edit(
      services(service.namespace, service.serviceName),
      context,
      (current) => withSelector(current, selector),
      { fromMemory: true, alwaysStamp: alwaysStamp && (!router || context.lasting === true) },
    )
  // One that fails does not hold up the other.
  const [front, route] = await Promise.allSettled([
    moveSelector(),
    router && moveWeights(connection, service, router, pin, context, { alwaysStamp }),
  ])
  if (route.status === 'rejected') throw route.reason
  if (front.status === 'rejected') throw front.reason
  return { service: front.value, route: route.value }
}

/** Does traffic already go to the stable slot, by selector and weights as pinned? */
export async function isTrafficHome(
  connection: Connection,
  service: Service,
  pin: Pin,
  signal: AbortSignal,
): Promise<boolean> {
  const front = await connection.objects.read(services(service.namespace, service.serviceName), signal)
  if (!front || !sameLabels(selectorOf(front), pin.serviceSelector)) return false
  const router = weightedRouterOf(service)
  if (!router) return true
  const route = await connection.objects.read(await connection.routeTarget(service, router, signal), signal)
  if (!route) return router.passing !== undefined
  const home = router.withPinned(route, pin)
  return home === route || sameJson(home, route)
}

/** Template of a Deployment. */
export function templateOf(deployment: JsonObject): JsonObject {
  return objectAt(deployment, 'spec', 'template')
}
