/**
 * The world of the demo and the rehearsal: a simulated cluster, and the metrics store, registry and front door around it,
 * each a server on loopback, reached through the same adapters that production uses.
 */
import { join } from 'node:path'
import { kubernetesCluster } from '../adapters/kubernetes/kubernetes-cluster.ts'
import { httpProbe } from '../adapters/probe/http-probe.ts'
import { prometheusMetrics } from '../adapters/prometheus/prometheus-metrics.ts'
import { ociRegistry } from '../adapters/registry/oci-registry.ts'
import type { Service } from '../playbook/service.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Probe } from '../ports/probe.ts'
import type { Registry } from '../ports/registry.ts'
import { type SeedService, seedWorld } from './cluster/seed-world.ts'
import { type SimulatedCluster, startSimulatedCluster } from './cluster/simulated-cluster.ts'
import { type SimulatedMetrics, startSimulatedMetrics } from './metrics/simulated-metrics.ts'

/** What can be made wrong with a version, by the page's switches and by `rehearse --fault`. */
export const FAULTS = ['errors', 'latency', 'crashloop', 'no-metrics'] as const
export type FaultName = (typeof FAULTS)[number]

export interface World {
  readonly kubeconfigPath: string
  readonly simulation: SimulatedCluster
  readonly store: SimulatedMetrics
  readonly cluster: Cluster
  readonly metrics: Metrics
  readonly registry: Registry
  readonly probe: Probe
  /** Makes a version sick, or well again. */
  setFault(version: string, fault: FaultName, on: boolean): void
  stop(): Promise<void>
}

export interface WorldOptions {
  readonly clock: Clock
  readonly services: readonly Service[]
  readonly seed: number
  /** Version that runs before the deployment. */
  readonly version: string
  readonly kubeconfigDir: string
  /** Lets time go by until `ready` says yes: the pods of the old version start before the metrics begin. */
  readonly letTimePass: (ready: () => boolean) => Promise<void>
}

export async function startWorld({
  clock,
  services,
  seed,
  version,
  kubeconfigDir,
  letTimePass,
}: WorldOptions): Promise<World> {
  const kubeconfigPath = join(kubeconfigDir, 'kubeconfig')
  const simulation = await startSimulatedCluster({
    clock,
    seed,
    kubeconfig: { path: kubeconfigPath, namespace: services[0]?.namespace ?? 'default' },
  })
  for (const namespace of new Set(services.map((service) => service.namespace))) {
    const here = services.filter((service) => service.namespace === namespace)
    seedWorld(
      simulation,
      here.map((service) => seedOf(service, version)),
      namespace,
    )
  }
  await letTimePass(() => allReady(simulation, services))
  const store = await startSimulatedMetrics({
    clock,
    seed,
    source: { shares: simulation.trafficShares, pods: simulation.pods },
  })
  const stopObserving = simulation.onChange(() => store.observe())
  const cluster = kubernetesCluster({ kubeconfigPath, clock })
  const registry = ociRegistry({ clock, insecureHosts: [store.registryHost] })
  const probe = httpProbe()
  return {
    kubeconfigPath,
    simulation,
    store,
    cluster,
    metrics: prometheusMetrics({ url: store.url, clock }),
    // Whatever registry and host names the catalogue uses, here they lead to the simulated ones.
    registry: {
      resolve: (repository, tag, signal) =>
        registry.resolve(
          `${store.registryHost}/${repository.split('/').slice(1).join('/') || repository}`,
          tag,
          signal,
        ),
    },
    probe: { get: (url, signal) => probe.get(frontDoorOf(services, store.url, url), signal) },
    setFault(sick, fault, on) {
      if (fault === 'crashloop') simulation.setSickness(sick, on ? 'crashloop' : 'none')
      else store.setSickness(sick, on ? fault : 'none')
    },
    async stop() {
      stopObserving()
      await cluster.close()
      await store.stop()
      await simulation.stop()
    },
  }
}

/** The simulated front door of the service whose health address this is; other addresses stay as they are. */
function frontDoorOf(services: readonly Service[], door: string, url: string): string {
  const owner = services.find((service) => service.health.some((template) => sameAddress(template, url)))
  return owner ? `${door}/${owner.namespace}/${owner.serviceName}/health` : url
}

function sameAddress(template: string, url: string): boolean {
  const [head = '', ...rest] = template.split('$version')
  return rest.length === 0 ? template === url : url.startsWith(head) && url.endsWith(rest.at(-1) ?? '')
}

/** What stands in the simulated cluster for a service of the catalogue: pods enough for shares that mean something. */
function seedOf({ workload, image, router }: Service, version: string): SeedService {
  const seed = {
    name: workload,
    image: `${image}:${version}`,
    replicas: 4,
    autoscale: { min: 4, max: 12 },
    minAvailable: 2,
  }
  const mesh = meshOf(router)
  return mesh ? { ...seed, labels: { track: 'stable' }, mesh } : seed
}

function meshOf(router: Service['router']): SeedService['mesh'] {
  switch (router.kind) {
    case 'replicas':
      return undefined
    case 'istio':
      return router.by
    case 'gateway-api':
      return 'gateway'
    case 'nginx':
      return 'ingress'
  }
}

function allReady(simulation: SimulatedCluster, services: readonly Service[]): boolean {
  return services.every(({ namespace, workload }) => {
    const pods = simulation.pods(namespace).filter((pod) => pod.labels.app === workload)
    return pods.length > 0 && pods.every((pod) => pod.ready)
  })
}
