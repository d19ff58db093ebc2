/** Puts a team's services into a simulated cluster, as they would stand there before the first deployment. */
import { type DeployedService, deploymentObject } from './seed-deployment.ts'
import type { SimulatedCluster } from './simulated-cluster.ts'

export interface SeedService extends DeployedService {
  /** Labels beside `app`, in the selector too: `{ track: 'stable' }`. */
  readonly labels?: Readonly<Record<string, string>>
  /** Bounds of a HorizontalPodAutoscaler; none when absent. */
  readonly autoscale?: { readonly min: number; readonly max: number }
  /** `minAvailable` of a PodDisruptionBudget; none when absent. */
  readonly minAvailable?: number
  /**
   * A VirtualService that sends everything to the stable track: by `host` (a second Service `<name>-canary`), or by
   * `subset` (a DestinationRule with the subsets stable and canary). `gateway`: an HTTPRoute, `ingress`: an Ingress, each
   * with a second Service too. The pods then want the label `track: stable`.
   */
  readonly mesh?: 'host' | 'subset' | 'gateway' | 'ingress'
}

/** The demo's world. */
export const DEMO_SERVICES: readonly SeedService[] = [
  {
    name: 'api',
    replicas: 3,
    image: 'registry.local/api:v1.9',
    autoscale: { min: 3, max: 10 },
    minAvailable: 2,
  },
  { name: 'web', replicas: 2, image: 'registry.local/web:v3.4' },
  {
    name: 'search',
    replicas: 4,
    image: 'registry.local/search:v5.1',
    labels: { track: 'stable' },
    mesh: 'host',
  },
]

/** Creates the namespace and everything in it; the pods start as time goes on. Throws ApiError when it is there already. */
export function seedWorld(
  cluster: SimulatedCluster,
  services: readonly SeedService[] = DEMO_SERVICES,
  namespace = 'production',
): void {
  cluster.create('namespaces', undefined, { metadata: { name: namespace } })
  for (const service of services) {
    const labels = { app: service.name, ...service.labels }
    cluster.create('deployments', namespace, deploymentObject(service, labels))
    seedRouting(cluster, namespace, service, labels)
    const { name, autoscale, minAvailable } = service
    if (autoscale) cluster.create('horizontalpodautoscalers', namespace, autoscalerObject(name, autoscale))
    if (minAvailable !== undefined) {
      const spec = { minAvailable, selector: { matchLabels: { app: name } } }
      cluster.create('poddisruptionbudgets', namespace, { metadata: { name }, spec })
    }
  }
}

type Labels = Readonly<Record<string, string>>

function seedRouting(cluster: SimulatedCluster, namespace: string, service: SeedService, labels: Labels): void {
  const { name, mesh, port = 8080 } = service
  const createService = (serviceName: string, selector: Labels) => {
    const ports = [{ name: 'http', port: 80, targetPort: port }]
    cluster.create('services', namespace, {
      metadata: { name: serviceName, labels: { app: name } },
      spec: { selector, ports },
    })
  }
  if (mesh === undefined) {
    createService(name, labels)
    return
  }
  const canary = mesh === 'host' ? { host: `${name}-canary` } : { host: name, subset: 'canary' }
  const stable = mesh === 'host' ? { host: name } : { host: name, subset: 'stable' }
  createService(name, mesh === 'subset' ? { app: name } : { app: name, track: 'stable' })
  if (mesh !== 'subset') createService(`${name}-canary`, { app: name, track: 'canary' })
  if (mesh === 'gateway') return void cluster.create('httproutes', namespace, httpRouteObject(name))
  if (mesh === 'ingress') return void cluster.create('ingresses', namespace, ingressObject(name))
  const track = (value: string) => ({ name: value, labels: { track: value } })
  const subsets = mesh === 'subset' ? { subsets: [track('stable'), track('canary')] } : {}
  cluster.create('destinationrules', namespace, { metadata: { name }, spec: { host: name, ...subsets } })
  cluster.create('virtualservices', namespace, {
    metadata: { name },
    spec: {
      hosts: [name],
      http: [
        {
          name: 'primary',
          timeout: '10s',
          route: [
            { destination: stable, weight: 100 },
            { destination: canary, weight: 0 },
          ],
        },
      ],
    },
  })
}

function httpRouteObject(name: string) {
  const backendRefs = [
    { name, port: 80, weight: 100 },
    { name: `${name}-canary`, port: 80, weight: 0 },
  ]
  const match = { path: { type: 'PathPrefix', value: '/' } }
  return {
    metadata: { name },
    spec: {
      parentRefs: [{ name: 'public' }],
      hostnames: [`${name}.example.com`],
      rules: [{ matches: [match], timeouts: { request: '10s' }, backendRefs }],
    },
  }
}

function ingressObject(name: string) {
  const path = { path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }
  return {
    metadata: { name },
    spec: { ingressClassName: 'nginx', rules: [{ host: `${name}.example.com`, http: { paths: [path] } }] },
  }
}

function autoscalerObject(name: string, { min, max }: { readonly min: number; readonly max: number }) {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name }
  return { metadata: { name }, spec: { scaleTargetRef, minReplicas: min, maxReplicas: max } }
}
