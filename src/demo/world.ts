/**
 * The world of the demo and the rehearsal: a simulated cluster, and the metrics store, registry and front door around it,
 * each a server on loopback, reached through the same adapters that production uses.
 */
import { join } from 'node:path'
import { kubernetesCluster } from '../adapters/kubernetes/kubernetes-cluster.ts'
import { prometheusMetrics } from '../adapters/prometheus/prometheus-metrics.ts'
import type { Service } from '../playbook/service.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { Eyes } from '../ports/eyes.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { PodFact } from './cluster/pod-facts.ts'
import { seedWorld } from './cluster/seed-world.ts'
import { type SimulatedCluster, startSimulatedCluster } from './cluster/simulated-cluster.ts'
import { counterPage } from './metrics/counter-page.ts'
import { type SimulatedMetrics, startSimulatedMetrics } from './metrics/simulated-metrics.ts'
import { type Outside, simulatedOutside } from './outside.ts'
import { isPodOf, nodesFor, seedOf } from './seed-service.ts'

/** What can be made wrong with a version, by the page's switches and by `rehearse --fault`. */
export const FAULTS = ['errors', 'latency', 'crashloop', 'no-metrics'] as const
export type FaultName = (typeof FAULTS)[number]

/** The content type of Prometheus' text format. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export interface World extends Outside {
  readonly kubeconfigPath: string
  readonly simulation: SimulatedCluster
  readonly store: SimulatedMetrics
  readonly cluster: Cluster
  readonly eyes: Eyes
  readonly metrics: Metrics
  /** The pods of a service, of all its versions, oldest first. */
  pods(service: Service): readonly PodFact[]
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
  /** Pods of each service before the deployment. Default 4. */
  readonly replicas?: number
  /** Lets time go by until `ready` says yes: the pods of the old version start before the metrics begin. */
  readonly letTimePass: (ready: () => boolean) => Promise<void>
}

export async function startWorld({
  clock,
  services,
  seed,
  version,
  kubeconfigDir,
  replicas,
  letTimePass,
}: WorldOptions): Promise<World> {
  const kubeconfigPath = join(kubeconfigDir, 'kubeconfig')
  const simulation = await startSimulatedCluster({
    clock,
    seed,
    nodes: nodesFor(services),
    // Whatever contexts the catalogue names, here they all lead to the one cluster.
    kubeconfig: {
      path: kubeconfigPath,
      namespace: services[0]?.namespace ?? 'default',
      contexts: services.flatMap(({ context }) => context ?? []),
    },
  })
  for (const namespace of new Set(services.map((service) => service.namespace))) {
    const here = services.filter((service) => service.namespace === namespace)
    seedWorld(
      simulation,
      here.map((service) => seedOf(service, version, replicas)),
      namespace,
    )
  }
  const podsOf = (service: Service) =>
    simulation.pods(service.namespace).filter(({ labels }) => isPodOf(service, labels))
  await letTimePass(() => services.every((service) => areReady(podsOf(service))))
  const store = await startSimulatedMetrics({
    clock,
    seed,
    source: {
      shares: simulation.trafficShares,
      pods: simulation.pods,
      podsBehind: (namespace, serviceName) =>
        services.filter((one) => one.namespace === namespace && one.serviceName === serviceName).flatMap(podsOf),
    },
  })
  const stopObserving = simulation.onChange(() => store.observe())
  simulation.setProgram(({ namespace, pod, port, path }) => {
    const service = services.find(
      (one) => one.namespace === namespace && podsOf(one).some(({ name }) => name === pod) && one.eyes?.port === port,
    )
    const count = service?.eyes?.path === path ? store.podCount(service, pod) : null
    if (!service?.eyes) return undefined
    return count === null
      ? { status: 404, contentType: 'text/plain', body: 'not found' }
      : { status: 200, contentType: METRICS_TYPE, body: counterPage(service.eyes, count) }
  })
  const { eyes, ...cluster } = kubernetesCluster({ kubeconfigPath, clock })
  return {
    kubeconfigPath,
    simulation,
    store,
    cluster,
    eyes,
    metrics: prometheusMetrics({ url: store.url, clock }),
    ...simulatedOutside({ services, host: store.registryHost, clock }),
    pods: podsOf,
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

function areReady(pods: readonly PodFact[]): boolean {
  return pods.length > 0 && pods.every((pod) => pod.ready)
}
