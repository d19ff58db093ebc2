/** The mesh's objects around seeded services: routes, what their hosts mean, and the subsets of a Service. */
import type { SeedService } from './seed-world.ts'

type Labels = Readonly<Record<string, string>>

export interface SeedMesh {
  readonly by: 'host' | 'subset'
  /** Several services may have routes in one. */
  readonly virtualService: string
  /** Name of the http route; `primary` when absent. */
  readonly route?: string
  /** Host or subset of each track, and the labels that its pods are told by. */
  readonly stable: { readonly name: string; readonly labels: Labels }
  readonly canary: { readonly name: string; readonly labels: Labels }
}

/** The mesh of a service with its names filled in; undefined when it has none. */
export function meshOf({ name, mesh }: SeedService): SeedMesh | undefined {
  if (mesh === undefined || typeof mesh === 'object') return mesh
  const track = (value: string) => (mesh === 'host' ? { app: name, track: value } : { track: value })
  return {
    by: mesh,
    virtualService: name,
    stable: { name: mesh === 'host' ? name : 'stable', labels: track('stable') },
    canary: { name: mesh === 'host' ? `${name}-canary` : 'canary', labels: track('canary') },
  }
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

interface HttpRoute {
  readonly name: string
  readonly host: string
  readonly mesh: SeedMesh
}

/** Everything goes to stable. Where several services share a VirtualService each has a route for its own host. */
export function virtualServices(services: readonly SeedService[]): readonly object[] {
  const routes = new Map<string, HttpRoute[]>()
  for (const service of services) {
    const mesh = meshOf(service)
    if (!mesh) continue
    const { virtualService, route: name = 'primary' } = mesh
    const beside = routes.get(virtualService) ?? []
    if (beside.some((other) => other.name === name)) continue
    routes.set(virtualService, [...beside, { name, host: service.serviceName ?? service.name, mesh }])
  }
  return [...routes].map(([name, http]) => ({
    metadata: { name },
    spec: { hosts: http.map(({ host }) => host), http: http.map((route) => httpRoute(route, http.length > 1)) },
  }))
}

function httpRoute({ name, host, mesh }: HttpRoute, isShared: boolean) {
  const destination = (track: string) => (mesh.by === 'host' ? { host: track } : { host, subset: track })
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
