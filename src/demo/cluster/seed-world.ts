/** Puts a team's services into a simulated cluster, as they would stand there before the first deployment. */
import { type DeployedService, deploymentObject } from './seed-deployment.ts'
import { destinationRule, hostServices, isIstio, meshOf, routeObjects, type SeedMesh } from './seed-mesh.ts'
import type { SimulatedCluster } from './simulated-cluster.ts'
import { ApiError } from './store/api-error.ts'
import type { ResourceName } from './store/kube-objects.ts'

type Labels = Readonly<Record<string, string>>

export interface SeedService extends DeployedService {
  /** Labels of the pods, and selector of the Deployment; `app: <name>` and `labels` when absent. */
  readonly podLabels?: Labels
  /** Labels beside `app`, in the selector too: `{ track: 'stable' }`. */
  readonly labels?: Labels
  /** Name of the Service in front; the Deployment's when absent. */
  readonly serviceName?: string
  /** Its selector; when absent the labels of the pods, without a track where subsets tell the tracks apart. */
  readonly selector?: Labels
  /** Bounds of a HorizontalPodAutoscaler; none when absent. */
  readonly autoscale?: { readonly min: number; readonly max: number }
  /** `minAvailable` of a PodDisruptionBudget; none when absent. */
  readonly minAvailable?: number
  /**
   * A VirtualService that sends everything to the stable track: by `host` (a second Service `<name>-canary`), or by
   * `subset` (a DestinationRule with the subsets stable and canary). `gateway`: an HTTPRoute, `ingress`: an Ingress, each
   * with a second Service too. The pods then want the label `track: stable`. Whoever has names of their own gives them all.
   */
  readonly mesh?: SeedMesh['by'] | SeedMesh
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

/**
 * Creates the namespace and everything in it; the pods start as time goes on. What two services name alike is there once,
 * as the first of them wants it, and a Service whose name Kubernetes refuses is left out. Throws ApiError for what the
 * API refuses beyond that.
 */
export function seedWorld(
  cluster: SimulatedCluster,
  services: readonly SeedService[] = DEMO_SERVICES,
  namespace = 'production',
): void {
  const put = (resource: ResourceName, object: unknown, alsoLeaveOut: readonly number[] = []) =>
    unlessRefused([409, ...alsoLeaveOut], () => cluster.create(resource, namespace, object))
  const putService = (app: string, name: string, selector: Labels, port = 8080) => {
    const ports = [{ name: 'http', port: 80, targetPort: port }]
    put('services', { metadata: { name, labels: { app } }, spec: { selector, ports } }, [422])
  }
  unlessRefused([409], () => cluster.create('namespaces', undefined, { metadata: { name: namespace } }))
  for (const service of services) {
    const { name, autoscale, minAvailable, serviceName = name, port } = service
    const labels = service.podLabels ?? { app: name, ...service.labels }
    put('deployments', deploymentObject(service, labels))
    const mesh = meshOf(service)
    putService(name, serviceName, service.selector ?? (mesh?.by === 'subset' ? { app: name } : labels), port)
    if (mesh) {
      for (const host of hostServices(mesh)) putService(name, host.name, host.selector, port)
      if (isIstio(mesh)) put('destinationrules', destinationRule(serviceName, mesh))
    }
    if (autoscale) put('horizontalpodautoscalers', autoscalerObject(name, autoscale))
    if (minAvailable !== undefined) {
      put('poddisruptionbudgets', { metadata: { name }, spec: { minAvailable, selector: { matchLabels: labels } } })
    }
  }
  for (const { resource, object } of routeObjects(services)) put(resource, object)
}

/** Puts up with these of the API's refusals: 409, it is there already; 422, it cannot be. */
function unlessRefused(codes: readonly number[], create: () => unknown): void {
  try {
    create()
  } catch (error) {
    if (!(error instanceof ApiError) || !codes.includes(error.code)) throw error
  }
}

function autoscalerObject(name: string, { min, max }: { readonly min: number; readonly max: number }) {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name }
  return { metadata: { name }, spec: { scaleTargetRef, minReplicas: min, maxReplicas: max } }
}
