/** The router's objects around seeded services: routes, what their hosts mean, and the subsets of a Service. */
import type { SeedService } from './seed-world.ts'
import type { ResourceName } from './store/kube-objects.ts'

type Labels = Readonly<Record<string, string>>

export interface SeedMesh {
  /** `host` and `subset`: a VirtualService. `gateway`: an HTTPRoute. `ingress`: an Ingress, which knows the stable side only. */
  readonly by: 'host' | 'subset' | 'gateway' | 'ingress'
  /** Name of that object. Several services may have routes in one. */
  readonly object: string
  /** Name of the route in it; `primary` when absent. */
  readonly route?: string
  /** Host, subset or Service of each track, and the labels that its pods are told by. */
  readonly stable: { readonly name: string; readonly labels: Labels }
  readonly canary: { readonly name: string; readonly labels: Labels }
}

/** The mesh of a service with its names filled in; undefined when it has none. */
export function meshOf({ name, mesh }: SeedService): SeedMesh | undefined {
  if (mesh === undefined || typeof mesh === 'object') return mesh
  const bySubset = mesh === 'subset'
  const track = (value: string) => (bySubset ? { track: value } : { app: name, track: value })
  return {
    by: mesh,
    object: name,
    stable: { name: bySubset ? 'stable' : name, labels: track('stable') },
    canary: { name: bySubset ? 'canary' : `${name}-canary`, labels: track('canary') },
  }
}

export function isIstio({ by }: SeedMesh): boolean {
  return by === 'host' || by === 'subset'
}

/** The Services behind the hosts of both tracks, the one in front perhaps among them; none where subsets are told apart. */
export function hostServices({ by, stable, canary }: SeedMesh) {
  if (by === 'subset') return []
  // search.production.svc.cluster.local is the Service search
  return [stable, canary].map(({ name, labels }) => ({ name: name.split('.')[0] ?? name, selector: labels }))
}

export function destinationRule(serviceName: string, { by, stable, canary }: SeedMesh) {
  const subsets = by === 'subset' ? { subsets: [stable, canary] } : {}
  return { metadata: { name: serviceName }, spec: { host: serviceName, ...subsets } }
}

interface SeedRoute {
  readonly name: string
  readonly host: string
  readonly mesh: SeedMesh
}

type RouteResource = Extract<ResourceName, 'virtualservices' | 'httproutes' | 'ingresses'>

const RESOURCES: Readonly<Record<SeedMesh['by'], RouteResource>> = {
  host: 'virtualservices',
  subset: 'virtualservices',
  gateway: 'httproutes',
  ingress: 'ingresses',
}

const SPECS: Readonly<Record<RouteResource, (routes: readonly SeedRoute[]) => object>> = {
  virtualservices: virtualServiceSpec,
  httproutes: httpRouteSpec,
  ingresses: ingressSpec,
}

/** Everything goes to stable. Where several services share an object each has a route of its own in it. */
export function routeObjects(services: readonly SeedService[]) {
  const objects = new Map<string, { resource: RouteResource; name: string; routes: readonly SeedRoute[] }>()
  for (const service of services) {
    const mesh = meshOf(service)
    if (!mesh) continue
    const resource = RESOURCES[mesh.by]
    const key = `${resource}/${mesh.object}`
    const { route: name = 'primary' } = mesh
    const routes = objects.get(key)?.routes ?? []
    if (routes.some((other) => other.name === name)) continue
    const route = { name, host: service.serviceName ?? service.name, mesh }
    objects.set(key, { resource, name: mesh.object, routes: [...routes, route] })
  }
  return [...objects.values()].map(({ resource, name, routes }) => ({
    resource,
    object: { metadata: { name }, spec: SPECS[resource](routes) },
  }))
}

function virtualServiceSpec(routes: readonly SeedRoute[]): object {
  return { hosts: routes.map(({ host }) => host), http: routes.map((route) => istioRoute(route, routes.length > 1)) }
}

function istioRoute({ name, host, mesh }: SeedRoute, isShared: boolean) {
  const destination = (track: string) => (mesh.by === 'subset' ? { host, subset: track } : { host: track })
  return {
    name,
    ...(isShared ? { match: [{ authority: { exact: host } }] } : {}),
    timeout: '10s',
    route: [
      { destination: destination(mesh.stable.name), weight: 100 },
      { destination: destination(mesh.canary.name), weight: 0 },
    ],
  }
}

function httpRouteSpec(routes: readonly SeedRoute[]): object {
  return {
    parentRefs: [{ name: 'public' }],
    hostnames: routes.map(({ host }) => `${host}.example.com`),
    rules: routes.map(({ name, host, mesh }) => ({
      name,
      matches: [{ path: { type: 'PathPrefix', value: routes.length > 1 ? `/${host}` : '/' } }],
      timeouts: { request: '10s' },
      backendRefs: [
        { name: mesh.stable.name, port: 80, weight: 100 },
        { name: mesh.canary.name, port: 80, weight: 0 },
      ],
    })),
  }
}

function ingressSpec(routes: readonly SeedRoute[]): object {
  return {
    ingressClassName: 'nginx',
    rules: routes.map(({ host, mesh }) => ({
      host: `${host}.example.com`,
      http: { paths: [{ path: '/', pathType: 'Prefix', backend: backendOf(mesh.stable.name) }] },
    })),
  }
}

function backendOf(name: string) {
  return { service: { name, port: { number: 80 } } }
}
