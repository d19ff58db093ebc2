/** What stands in the simulated cluster for a service of the catalogue, so that its first deployment finds what it names. */
import { SLOT_LABEL, slotLabels, WORKLOAD_LABEL } from '../adapters/kubernetes/names.ts'
import { isPodRouter, type PodRouter } from '../playbook/routed-services.ts'
import type { RouterSettings, Service } from '../playbook/service.ts'
import type { SeedMesh } from './cluster/seed-mesh.ts'
import type { SeedService } from './cluster/seed-world.ts'

type Labels = Readonly<Record<string, string>>

/** Pods enough for shares that mean something. */
const REPLICAS = 4
/** Pods of the seeded size for which a node has room, some of it kept free. */
const PODS_PER_NODE = 25
const LEAST_NODES = 3

/** `version`: the one that runs before the deployment, in so many pods. */
export function seedOf(service: Service, version: string, replicas = REPLICAS): SeedService {
  const { workload, container, image, serviceName, router } = service
  const own = ownLabel(service)
  const seed = {
    name: workload,
    ...(container === null ? {} : { container }),
    image: `${image}:${version}`,
    serviceName,
    replicas,
    autoscale: { min: replicas, max: 3 * replicas },
    minAvailable: Math.ceil(replicas / 2),
  }
  if (isPodRouter(router)) return { ...seed, podLabels: own, selector: own }
  const tracks = tracksOf(service, version)
  const podLabels = { ...own, ...tracks.stable }
  const isSubset = router.kind === 'istio' && router.by === 'subset'
  // A Service has to find its own track among all pods; a subset is looked for among those of one Service.
  const among = isSubset ? {} : own
  const mesh: SeedMesh = {
    ...routeOf(router),
    stable: { name: router.stable, labels: { ...among, ...tracks.stable } },
    canary: { name: router.canary, labels: { ...among, ...tracks.canary } },
  }
  return { ...seed, podLabels, selector: isSubset ? own : podLabels, mesh }
}

function routeOf(router: Exclude<RouterSettings, PodRouter>): Pick<SeedMesh, 'by' | 'object' | 'route'> {
  switch (router.kind) {
    case 'istio': {
      const { by, virtualService: object, route } = router
      return { by, object, ...(route === undefined ? {} : { route }) }
    }
    case 'gateway-api': {
      const { httpRoute: object, rule } = router
      return { by: 'gateway', object, ...(rule === undefined ? {} : { route: rule }) }
    }
    case 'nginx':
      return { by: 'ingress', object: router.ingress }
  }
}

/** Do these labels stand on a pod of the service, of whichever version? */
export function isPodOf(service: Service, labels: Labels): boolean {
  return (
    labels[WORKLOAD_LABEL] === service.workload ||
    Object.entries(ownLabel(service)).every(([key, value]) => labels[key] === value)
  )
}

/** Nodes with room for the old versions, and for the new and the kept pods of all services at the same time. */
export function nodesFor(services: readonly Service[]): number {
  const pods = services.reduce((sum, { canary }) => {
    const most = Math.max(REPLICAS, ...canary.steps.map((step) => step.pods ?? 0))
    return sum + 2 * REPLICAS + most
  }, 0)
  return Math.max(LEAST_NODES, Math.ceil(pods / PODS_PER_NODE))
}

/** The label by which the pods of a workload are known; one that the new version's pods keep. */
function ownLabel({ workload, canaryLabels }: Service): Labels {
  const key = ['app', 'app.kubernetes.io/name'].find((name) => !Object.hasOwn(canaryLabels, name))
  return { [key ?? 'app.kubernetes.io/instance']: workload }
}

/**
 * The labels that tell the two versions apart. What the catalogue sets on the new pods has another value on the old
 * ones. Where it sets nothing, none can: the pre-flight then says what is missing.
 */
function tracksOf({ workload, canaryLabels }: Service, version: string) {
  const given = Object.entries(canaryLabels).filter(([key]) => key !== SLOT_LABEL && key !== WORKLOAD_LABEL)
  const set = given.length > 0 ? given : [['track', 'canary'] as const]
  const stable = set.map(([key, value]) => [key, stableValue(value, version)] as const)
  // What changes with each version cannot be selected by; the mark that every new pod has can.
  const fixed = set.filter(([, value]) => value !== '$version')
  const canary = fixed.length > 0 ? Object.fromEntries(fixed) : slotLabels(workload, 'canary')
  return { stable: Object.fromEntries(stable), canary }
}

function stableValue(canaryValue: string, version: string): string {
  if (canaryValue === '$version') return version
  return canaryValue === 'stable' ? 'primary' : 'stable'
}
