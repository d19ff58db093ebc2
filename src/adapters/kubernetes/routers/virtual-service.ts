/** The two destinations of an Istio VirtualService's http route. */
import type { IstioSettings, Service } from '../../../playbook/service.ts'
import { type JsonObject, listAt, textAt } from '../json.ts'
import { VIRTUAL_SERVICES } from './route-kinds.ts'
import { type Backends, weightedBackends } from './weighted-backends.ts'
import type { WeightedRouter } from './weighted-router.ts'

export function virtualServiceRouter(service: Service, router: IstioSettings): WeightedRouter {
  const title = `VirtualService "${router.virtualService}"`
  return {
    title,
    kind: VIRTUAL_SERVICES,
    name: router.virtualService,
    by: 'put',
    ownedAt: ['f:spec', 'f:http'],
    ...weightedBackends({
      place: `The http route of ${title}`,
      row: 'destination',
      absent: 0,
      find: (object) => find(service, router, title, object),
    }),
    // Istio's status says nothing of proxies that follow.
    pending: () => undefined,
  }
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

function find(service: Service, router: IstioSettings, title: string, object: JsonObject): Backends | string {
  const routes = listAt(object, 'spec', 'http')
  const candidates = routes.flatMap((route, index) =>
    router.route === undefined || textAt(route, 'name') === router.route ? [index] : [],
  )
  const [http] = candidates
  if (http === undefined) {
    return router.route === undefined
      ? `${title} has no http route.`
      : `${title} has no http route named "${router.route}".`
  }
  if (candidates.length > 1) {
    return router.route === undefined
      ? `${title} has ${candidates.length} http routes; name the one to use in the catalogue (router.route).`
      : `${title} has ${candidates.length} http routes named "${router.route}".`
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
    return `The http route of ${title} has no destination with ${router.by} ${missing.map((name) => `"${name}"`).join(' and ')}.`
  }
  if (stable === canary) return `${title}: "${router.stable}" and "${router.canary}" are one destination.`
  return { path: ['spec', 'http', http, 'route'], stable, canary }
}
