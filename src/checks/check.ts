/**
 * A check: one claim about the world, true when it passes.
 *
 *   holds     the claim is true
 *   warns     true enough to go on, but somebody should know
 *   unknown   it could not be found out, and going on without it is safe; told, never blocking
 *   not-yet   may become true by itself: the only one that is asked again
 *   fails     it will not become true by itself
 */
import type { Deployment } from '../playbook/deployment.ts'
import type { StepFacts } from '../playbook/events.ts'
import type { Service } from '../playbook/service.ts'
import type { Clock } from '../ports/clock.ts'
import type { Capacity, Cluster, Inspection } from '../ports/cluster.ts'
import type { Eyes } from '../ports/eyes.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Probe } from '../ports/probe.ts'
import type { Registry } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'

export const CHECK_STATUSES = ['holds', 'warns', 'unknown', 'not-yet', 'fails'] as const
export type CheckStatus = (typeof CHECK_STATUSES)[number]

export interface CheckResult {
  readonly status: CheckStatus
  /** Plain text with values and units, ending in a full stop. Of a failure: what is wrong, what clears it, what to type or do. */
  readonly sentence: string
  /** Lines shown monospaced under the check in the table. */
  readonly evidence?: string
  /** What goes into the record, however the step ends. */
  readonly facts?: Omit<StepFacts, 'issues'>
}

/** The ports that checks read from; nothing here writes. */
export interface CheckPorts {
  readonly cluster: Pick<Cluster, 'inspect' | 'capacity' | 'look' | 'dryRun'>
  readonly eyes: Eyes
  readonly metrics: Pick<Metrics, 'probe' | 'alerts'>
  readonly registry: Registry
  readonly probe: Probe
  readonly store: Pick<Store, 'blocked'>
  readonly clock: Pick<Clock, 'now'>
}

export interface CheckContext extends CheckPorts {
  readonly deployment: Deployment
  /** `deployment.plan.service`. */
  readonly service: Service
  /** Fires when the check's time is over or the deployment is interrupted. */
  readonly signal: AbortSignal
  /** The target as pre-flight sees it: read once for all checks of a run. Throws ClusterError. */
  inspection(): Promise<Inspection>
  /** The nodes, read once for all checks of a run. Throws ClusterError. */
  capacity(): Promise<Capacity>
}

export interface Check {
  /** Kebab-case, and the name of its file. */
  readonly name: string
  /** The claim in words: "the image is in the registry". */
  readonly claim: string
  run(context: CheckContext): Promise<CheckResult>
}
