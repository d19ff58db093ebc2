/**
 * Where the requests to a Service would go now: through the VirtualService of that host, the HTTPRoute or the Ingress with
 * a canary beside it that leads there, when there is one; else evenly over the Service's ready endpoints.
 */
import { isActive } from './controllers/conditions.ts'
import { versionOf } from './sickness.ts'
import { isObject } from './store/json.ts'
import type { DestinationRule, HttpRoute, RouteDestination } from './store/kube-objects.ts'
import type { ObjectStore } from './store/object-store.ts'
import type { Pod } from './store/pod-objects.ts'
import { hasLabels } from './store/selectors.ts'

/**
 * The share (0 to 1) of each image tag. The sum is below 1 when a destination has no ready endpoint: that part of the
 * requests fails. Nothing at all when no endpoint is ready or the Service does not exist. `httpRoutes`: as their Gateways
 * follow them now.
 */
export function trafficShares(
  store: ObjectStore,
  namespace: string,
  service: string,
  httpRoutes: readonly HttpRoute[] = [],
): Readonly<Record<string, number>> {
  const shares = new Map<string, number>()
  const routes = byVirtualService(store, namespace, service) ??
    byHttpRoute(httpRoutes, service) ??
    byIngress(store, namespace, service) ?? [{ destination: { host: service }, weight: 100 }]
  const weights = routes.map(({ weight }) => weight ?? (routes.length === 1 ? 100 : 0))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  for (const [index, { destination }] of routes.entries()) {
    const share = total === 0 ? 0 : (weights[index] ?? 0) / total
    const pods = podsBehind(store, namespace, destination)
    for (const pod of share === 0 ? [] : pods) {
      const version = versionOf(pod)
      shares.set(version, (shares.get(version) ?? 0) + share / pods.length)
    }
  }
  return Object.fromEntries(shares)
}

/** `search`, `search.production`, `search.production.svc.cluster.local`: the Service that a host means. */
function sameHost(host: string, namespace: string, service: string): boolean {
  const [name, space = namespace, ...rest] = host.split('.')
  const suffix = rest.join('.')
  return name === service && space === namespace && ['', 'svc', 'svc.cluster.local'].includes(suffix)
}

type Routes = readonly RouteDestination[] | undefined

function byVirtualService(store: ObjectStore, namespace: string, service: string): Routes {
  const routed = store
    .list('virtualservices', namespace)
    .find(({ spec }) => spec.hosts?.some((host) => sameHost(host, namespace, service)))
  // ordinary requests carry no special header: the first route whose conditions ask for nothing but the host is theirs
  const asksOnlyForHost = (condition: unknown) =>
    isObject(condition) &&
    Object.keys(condition).join() === 'authority' &&
    isObject(condition.authority) &&
    typeof condition.authority.exact === 'string' &&
    sameHost(condition.authority.exact, namespace, service)
  const route = routed?.spec.http?.find(
    ({ match }) => match === undefined || match.length === 0 || match.some(asksOnlyForHost),
  )?.route
  return route ?? (routed ? [] : undefined)
}

function byHttpRoute(routes: readonly HttpRoute[], service: string): Routes {
  const backends = routes
    .flatMap(({ spec }) => spec.rules ?? [])
    .flatMap(({ backendRefs }) => (backendRefs?.some(({ name }) => name === service) ? [backendRefs] : []))[0]
  return backends?.map(({ name, weight = 1 }) => ({ destination: { host: name }, weight }))
}

const CANARY = 'nginx.ingress.kubernetes.io/canary'

function byIngress(store: ObjectStore, namespace: string, service: string): Routes {
  const backends = store.list('ingresses', namespace).flatMap(({ metadata, spec }) =>
    (spec?.rules ?? []).flatMap(({ host = '', http }) =>
      (http?.paths ?? []).map(({ path = '/', backend }) => ({
        place: `${host}${path}`,
        to: backend.service?.name ?? '',
        canary: metadata.annotations?.[CANARY] === 'true',
        weight: Number(metadata.annotations?.[`${CANARY}-weight`] ?? 0),
        total: Number(metadata.annotations?.[`${CANARY}-weight-total`] ?? 100),
      })),
    ),
  )
  const main = backends.find(({ to, canary }) => to === service && !canary)
  const beside = main && backends.find(({ place, canary }) => canary && place === main.place)
  if (!beside) return undefined
  return [
    { destination: { host: service }, weight: beside.total - beside.weight },
    { destination: { host: beside.to }, weight: beside.weight },
  ]
}

function podsBehind(
  store: ObjectStore,
  namespace: string,
  { host, subset }: RouteDestination['destination'],
): readonly Pod[] {
  const service = store.list('services', namespace).find(({ metadata }) => sameHost(host, namespace, metadata.name))
  if (!service) return []
  const ready = store
    .ownedBy('endpointslices', service.metadata.uid)
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ conditions }) => conditions.ready)
    .flatMap(({ targetRef }) => store.get('pods', namespace, targetRef?.name ?? '') ?? [])
    .filter(isActive)
  if (subset === undefined) return ready
  const rules = store.list('destinationrules', namespace)
  const labels = subsetLabels(rules, namespace, service.metadata.name, subset)
  return labels === undefined ? [] : ready.filter((pod) => hasLabels(pod.metadata.labels, labels))
}

/** The labels of a subset; undefined when no rule for that host defines it (the mesh then answers 503). */
function subsetLabels(rules: readonly DestinationRule[], namespace: string, service: string, subset: string) {
  const subsets = rules
    .filter(({ spec }) => sameHost(spec.host, namespace, service))
    .flatMap(({ spec }) => spec.subsets ?? [])
  const found = subsets.find(({ name }) => name === subset)
  return found && (found.labels ?? {})
}
