/**
 * Where the requests to a Service would go now: through the VirtualService of that host when there is one (by weight, to
 * a host or a subset of it), else evenly over the Service's ready endpoints.
 */
import { isActive } from './controllers/conditions.ts'
import { versionOf } from './sickness.ts'
import { isObject } from './store/json.ts'
import type { DestinationRule, RouteDestination } from './store/kube-objects.ts'
import type { ObjectStore } from './store/object-store.ts'
import type { Pod } from './store/pod-objects.ts'
import { hasLabels } from './store/selectors.ts'

/**
 * The share (0 to 1) of each image tag. The sum is below 1 when a destination has no ready endpoint: that part of the
 * requests fails. Nothing at all when no endpoint is ready or the Service does not exist.
 */
export function trafficShares(
  store: ObjectStore,
  namespace: string,
  service: string,
): Readonly<Record<string, number>> {
  const shares = new Map<string, number>()
  const routes = routesOf(store, namespace, service)
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

function routesOf(store: ObjectStore, namespace: string, service: string): readonly RouteDestination[] {
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
  return route ?? (routed ? [] : [{ destination: { host: service }, weight: 100 }])
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
