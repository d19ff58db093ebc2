/** The two weights of an Istio VirtualService, read and changed without touching anything else. */

import type { RouterSettings, Service } from '../../playbook/service.ts'
import { ClusterError } from '../../ports/cluster.ts'
import { isObject, type JsonObject, listAt, numberAt, textAt, withAt } from './json.ts'

export type IstioSettings = Extract<RouterSettings, { readonly kind: 'istio' }>

export interface Weights {
  readonly stable: number
  readonly canary: number
}

/** Where the two destinations stand. */
interface Place {
  readonly http: number
  readonly stable: number
  readonly canary: number
  readonly count: number
}

/** `api`, `api.shop`, `api.shop.svc.cluster.local` are one host when seen from namespace `shop`. */
function sameHost(a: string | undefined, b: string, namespace: string): boolean {
  const short = (host: string) => {
    const [name, space, ...rest] = host.split('.')
    const isCluster = rest.length === 0 || rest[0] === 'svc'
    return space === namespace && isCluster ? name : host
  }
  return a !== undefined && short(a) === short(b)
}

function find(service: Service, router: IstioSettings, object: JsonObject): Place | string {
  const named = `VirtualService "${router.virtualService}"`
  const routes = listAt(object, 'spec', 'http')
  const candidates = routes.flatMap((route, index) =>
    router.route === undefined || textAt(route, 'name') === router.route ? [index] : [],
  )
  const [http] = candidates
  if (http === undefined) {
    return router.route === undefined
      ? `${named} has no http route.`
      : `${named} has no http route named "${router.route}".`
  }
  if (candidates.length > 1) {
    return router.route === undefined
      ? `${named} has ${candidates.length} http routes; name the one to use in the catalogue (router.route).`
      : `${named} has ${candidates.length} http routes named "${router.route}".`
  }
  const destinations = listAt(routes[http], 'route')
  const isAt = (wanted: string) => (row: unknown) =>
    router.by === 'host'
      ? sameHost(textAt(row, 'destination', 'host'), wanted, service.namespace)
      : textAt(row, 'destination', 'subset') === wanted
  const stable = destinations.findIndex(isAt(router.stable))
  const canary = destinations.findIndex(isAt(router.canary))
  const missing = [stable < 0 ? router.stable : '', canary < 0 ? router.canary : ''].filter((name) => name !== '')
  if (missing.length > 0) {
    return `The http route of ${named} has no destination with ${router.by} ${missing.map((name) => `"${name}"`).join(' and ')}.`
  }
  if (stable === canary) return `${named}: "${router.stable}" and "${router.canary}" are one destination.`
  return { http, stable, canary, count: destinations.length }
}

/** What is wrong with the route, as one sentence; undefined when its two weights can be moved. */
export function routeFault(service: Service, router: IstioSettings, object: JsonObject): string | undefined {
  const place = find(service, router, object)
  if (typeof place === 'string') return place
  if (place.count === 2) return undefined
  return `The http route of VirtualService "${router.virtualService}" has ${place.count} destinations; shares can be divided between two only.`
}

function destinationsOf(object: JsonObject, place: Place): readonly unknown[] {
  return listAt(object, 'spec', 'http', place.http, 'route')
}

/** Weights of all destinations of the route in order; absent means 0. Null when the route cannot be found. */
export function weightsInOrder(service: Service, router: IstioSettings, object: JsonObject): readonly number[] | null {
  const place = find(service, router, object)
  return typeof place === 'string' ? null : destinationsOf(object, place).map((row) => numberAt(row, 'weight') ?? 0)
}

/** The two weights; null when the route cannot be found. */
export function readWeights(service: Service, router: IstioSettings, object: JsonObject): Weights | null {
  const place = find(service, router, object)
  if (typeof place === 'string') return null
  const weight = (index: number) => numberAt(destinationsOf(object, place)[index], 'weight') ?? 0
  return { stable: weight(place.stable), canary: weight(place.canary) }
}

function setWeights(object: JsonObject, place: Place, weightAt: (index: number) => number | undefined): JsonObject {
  const http = listAt(object, 'spec', 'http').map((route, index) => {
    if (index !== place.http || !isObject(route)) return route
    const rows = listAt(route, 'route').map((row, position) => {
      const weight = weightAt(position)
      const same = weight === undefined || weight === (numberAt(row, 'weight') ?? 0)
      return same || !isObject(row) ? row : { ...row, weight }
    })
    return { ...route, route: rows }
  })
  return withAt(object, ['spec', 'http'], http)
}

/** The object with `percent` for the canary and the rest for stable. Throws ClusterError `refused` with the route's fault. */
export function withShare(service: Service, router: IstioSettings, object: JsonObject, percent: number): JsonObject {
  const fault = routeFault(service, router, object)
  const place = find(service, router, object)
  if (fault !== undefined || typeof place === 'string') {
    throw new ClusterError('refused', fault ?? 'The route cannot be found.')
  }
  return setWeights(object, place, (index) => (index === place.canary ? percent : 100 - percent))
}

/**
 * The object with the weights as pinned. The way back is not refused for a route that somebody changed meanwhile: as
 * long as both destinations are there, stable gets what is not a third one's.
 */
export function withPinnedWeights(
  service: Service,
  router: IstioSettings,
  object: JsonObject,
  pinned: readonly number[] | null,
): JsonObject {
  const place = find(service, router, object)
  if (typeof place === 'string') throw new ClusterError('refused', place)
  const now = destinationsOf(object, place).map((row) => numberAt(row, 'weight') ?? 0)
  if (pinned?.length === now.length) return setWeights(object, place, (index) => pinned[index])
  const others = now.reduce(
    (sum, weight, index) => (index === place.stable || index === place.canary ? sum : sum + weight),
    0,
  )
  return setWeights(object, place, (index) => {
    if (index === place.canary) return 0
    return index === place.stable ? 100 - others : undefined
  })
}

/** Path (JSON pointer) and weight of each destination once the weights are as pinned; null when the route cannot be found. */
export function restoredWeights(
  service: Service,
  router: IstioSettings,
  object: JsonObject,
  pinned: readonly number[] | null,
): readonly { readonly path: string; readonly weight: number }[] | null {
  const place = find(service, router, object)
  if (typeof place === 'string') return null
  const home = withPinnedWeights(service, router, object, pinned)
  return destinationsOf(home, place).map((row, index) => ({
    path: `/spec/http/${place.http}/route/${index}/weight`,
    weight: numberAt(row, 'weight') ?? 0,
  }))
}
