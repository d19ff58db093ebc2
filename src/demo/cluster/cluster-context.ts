/** What every part of the simulated cluster works on. */
import type { Clock } from '../../ports/clock.ts'
import type { ObjectStore } from './store/object-store.ts'
import type { SeededNames } from './store/seeded-names.ts'

/** How long things take, in milliseconds of deployment time; 0 means at once, within the same write. */
export interface ClusterTimings {
  /** From a change to the controllers' reaction. */
  readonly controllerMs: number
  /** From a pod's creation to its node. */
  readonly scheduleMs: number
  /** From the node to the running container. */
  readonly pullMs: number
  /** From the running container to readiness. */
  readonly readyMs: number
  /** From a container's start to its crash, when its version is sick. */
  readonly crashMs: number
  /** From the failure or recovery of a readiness probe to the pod's condition. */
  readonly probeMs: number
  /** From the end of preStop to the end of the container. */
  readonly stopMs: number
  /** The first wait between restarts; it doubles up to `backOffMaxMs`. */
  readonly backOffMs: number
  readonly backOffMaxMs: number
  /** From a change of an HTTPRoute to the moment its Gateway follows it and says so in its status. */
  readonly gatewayMs: number
}

/** The demo's defaults: about 2 s to a running container and 3 s more to readiness; the back-off is the kubelet's. */
export const DEFAULT_TIMINGS: ClusterTimings = {
  controllerMs: 20,
  scheduleMs: 300,
  pullMs: 1_700,
  readyMs: 3_000,
  crashMs: 1_000,
  probeMs: 1_000,
  stopMs: 1_000,
  backOffMs: 10_000,
  backOffMaxMs: 300_000,
  gatewayMs: 500,
}

export interface ClusterContext {
  readonly store: ObjectStore
  readonly clock: Clock
  readonly names: SeededNames
  readonly timings: ClusterTimings
}

/** A moment as Kubernetes writes it: `2026-11-24T01:34:45Z`, whole seconds. */
export function timestamp(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** Runs `run` after a delay of deployment time, at once when it is 0; returns what cancels it. */
export function after(context: ClusterContext, ms: number, run: () => void): () => void {
  if (ms > 0) return context.clock.schedule(context.clock.now() + ms, run)
  run()
  return () => {}
}
