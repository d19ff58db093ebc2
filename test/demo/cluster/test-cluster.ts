/** A simulated cluster for one test, on a stepped clock, and the client library pointed at it. */
import {
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node'
import { onTestFinished } from 'vitest'
import { type SteppedClock, steppedClock } from '../../../src/adapters/clocks.ts'
import type { ClusterTimings } from '../../../src/demo/cluster/cluster-context.ts'
import { kubeconfigFor } from '../../../src/demo/cluster/kubeconfig.ts'
import type { SeedService } from '../../../src/demo/cluster/seed-world.ts'
import { seedWorld } from '../../../src/demo/cluster/seed-world.ts'
import { type SimulatedCluster, startSimulatedCluster } from '../../../src/demo/cluster/simulated-cluster.ts'

/** Tuesday 2026-12-01, 14:00 UTC. */
export const START = Date.UTC(2026, 11, 1, 14)
export const NAMESPACE = 'production'

export interface TestCluster {
  readonly cluster: SimulatedCluster
  readonly clock: SteppedClock
  readonly config: KubeConfig
  readonly apps: AppsV1Api
  readonly core: CoreV1Api
  readonly custom: CustomObjectsApi
  /** Lets this much deployment time pass. */
  pass(seconds: number): void
}

interface Options {
  readonly services?: readonly SeedService[]
  readonly timings?: Partial<ClusterTimings>
  readonly seed?: number
  /** How long the seeded world has stood; 60 s when absent. */
  readonly age?: number
}

export async function testCluster({ services, timings = {}, seed = 7, age = 60 }: Options = {}): Promise<TestCluster> {
  const clock = steppedClock(START)
  const cluster = await startSimulatedCluster({ clock, seed, timings })
  onTestFinished(() => cluster.stop())
  seedWorld(cluster, services, NAMESPACE)
  const config = new KubeConfig()
  config.loadFromString(kubeconfigFor(cluster.url, NAMESPACE))
  const pass = (seconds: number) => clock.advanceTo(clock.now() + seconds * 1000)
  pass(age)
  return {
    cluster,
    clock,
    config,
    apps: config.makeApiClient(AppsV1Api),
    core: config.makeApiClient(CoreV1Api),
    custom: config.makeApiClient(CustomObjectsApi),
    pass,
  }
}

export function patchType(strategy: (typeof PatchStrategy)[keyof typeof PatchStrategy]) {
  return setHeaderOptions('Content-Type', strategy)
}

export interface Refusal {
  readonly code: number
  readonly reason: string
  readonly message: string
}

/** What the API refused with; throws when it did not refuse. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const failure: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(failure instanceof Error) || !('body' in failure)) throw new Error('was not refused', { cause: failure })
  const status: unknown = typeof failure.body === 'string' ? JSON.parse(failure.body) : failure.body
  return status as Refusal
}

/** `{ 'v1.9': 2, 'v2.0': 1 }`: the ready pods of an app by version. */
export function readyByVersion(cluster: SimulatedCluster, app: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const pod of cluster.pods(NAMESPACE)) {
    if (pod.labels.app === app && pod.ready && !pod.terminating) counts[pod.version] = (counts[pod.version] ?? 0) + 1
  }
  return counts
}
