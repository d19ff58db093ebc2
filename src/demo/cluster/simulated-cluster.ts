/** The simulated cluster: a Kubernetes API with controllers and kubelets behind it, and the switches of its world. */
import { writeFile } from 'node:fs/promises'
import type { Clock } from '../../ports/clock.ts'
import { createObject } from './api/create-object.ts'
import { evictPod } from './api/evict-pod.ts'
import { type ClusterContext, type ClusterTimings, DEFAULT_TIMINGS } from './cluster-context.ts'
import { startControllers } from './controllers/controller-manager.ts'
import { type ApiFault, createApiFaults } from './http/api-faults.ts'
import { type LoggedRequest, startApiServer } from './http/api-server.ts'
import type { PodProgram } from './http/handle-proxy.ts'
import { kubeconfigFor } from './kubeconfig.ts'
import { nodeObject } from './nodes.ts'
import { type PodFact, podFact } from './pod-facts.ts'
import { createSicknesses, type SicknessKind } from './sickness.ts'
import { notFound } from './store/api-error.ts'
import type { ResourceName } from './store/kube-objects.ts'
import type { KubeObject } from './store/object-meta.ts'
import { createStore } from './store/object-store.ts'
import { resourceOf } from './store/resources.ts'
import { seededNames } from './store/seeded-names.ts'
import { trafficShares } from './traffic-shares.ts'

export interface SimulatedCluster {
  readonly url: string
  /** Where the kubeconfig was written, when that was asked for. */
  readonly kubeconfigPath?: string
  /**
   * Makes the pods of a version (image, tag, or a build of that tag such as `v2.0-4f2a`) sick, or well again with
   * `none`. `share` (0 to 1, default 1) is the part of them that is; which ones stays the same.
   */
  setSickness(version: string, sickness: SicknessKind, options?: { readonly share?: number }): void
  /** One fault of the API at a time; undefined clears it and lets go of hanging requests. */
  setFault(fault: ApiFault | undefined): void
  /** The pods of a namespace, oldest first; none when the namespace does not exist. */
  pods(namespace: string): readonly PodFact[]
  /** The share (0 to 1) of a Service's requests that each image tag gets now; see `traffic-shares.ts`. */
  trafficShares(namespace: string, service: string): Readonly<Record<string, number>>
  /** Calls back after every change of any object, within the change; returns what ends it. */
  onChange(listener: () => void): () => void
  /** The last 2,000 requests, oldest first. */
  requests(): readonly LoggedRequest[]
  /** What runs in the pods, for those who ask it through the API server; nothing listens there before. */
  setProgram(program: PodProgram): void
  /** Evicts a pod as a node drain does. Throws ApiError 404, or 429 when a disruption budget forbids it. */
  evict(namespace: string, podName: string): void
  /** Puts an object there as a POST would, without HTTP. Throws ApiError. */
  create(resource: ResourceName, namespace: string | undefined, object: unknown): KubeObject
  /** Forgets the past changes: watches from an older resourceVersion now get 410. */
  compact(): void
  /** Ends controllers, timers, watches and the server. */
  stop(): Promise<void>
}

export interface SimulatedClusterOptions {
  readonly clock: Clock
  /** The seed of names, ids and addresses; 1 when absent. */
  readonly seed?: number
  /** The port on 127.0.0.1; any free one when absent. */
  readonly port?: number
  /** How many nodes; 3 when absent. */
  readonly nodes?: number
  readonly timings?: Partial<ClusterTimings>
  /** Where to write a kubeconfig, the namespace it starts in (`default` when absent), and further names of its context. */
  readonly kubeconfig?: { readonly path: string; readonly namespace?: string; readonly contexts?: readonly string[] }
}

export async function startSimulatedCluster(options: SimulatedClusterOptions): Promise<SimulatedCluster> {
  const context: ClusterContext = {
    store: createStore(),
    clock: options.clock,
    names: seededNames(options.seed ?? 1),
    timings: { ...DEFAULT_TIMINGS, ...options.timings },
  }
  const { store } = context
  const sicknesses = createSicknesses()
  const faults = createApiFaults()
  const manager = startControllers(context, sicknesses)
  const create = (resource: ResourceName, namespace: string | undefined, object: unknown) => {
    const write = { dryRun: false, fieldManager: 'simulation', force: false }
    return createObject(context, resourceOf(resource), namespace, object, write)
  }
  create('namespaces', undefined, { metadata: { name: 'default' } })
  for (let place = 1; place <= (options.nodes ?? 3); place++) create('nodes', undefined, nodeObject(place))
  let program: PodProgram = () => undefined
  const backing = { context, faults, program: (request: Parameters<PodProgram>[0]) => program(request) }
  const server = await startApiServer(backing, options.port ?? 0)
  const { kubeconfig } = options
  if (kubeconfig) {
    const { path, namespace = 'default', contexts } = kubeconfig
    await writeFile(path, kubeconfigFor(server.url, namespace, contexts))
  }
  return {
    url: server.url,
    ...(kubeconfig ? { kubeconfigPath: kubeconfig.path } : {}),
    setSickness: (version, kind, { share } = {}) => {
      manager.pods.reexamine(() => sicknesses.set(version, kind, share))
    },
    setFault: (fault) => faults.set(fault),
    pods: (namespace) => store.list('pods', namespace).map(podFact),
    trafficShares: (namespace, service) => trafficShares(store, namespace, service, manager.gateways.taken(namespace)),
    onChange: (listener) => store.subscribe(() => listener()),
    requests: () => server.requests(),
    setProgram: (next) => {
      program = next
    },
    evict: (namespace, podName) => {
      const pod = store.get('pods', namespace, podName)
      if (!pod) throw notFound(resourceOf('pods'), podName)
      evictPod(context, pod)
    },
    create,
    compact: () => store.compact(),
    stop: async () => {
      faults.set(undefined)
      manager.stop()
      await server.stop()
    },
  }
}
