/** Everything a job may use: the ports, joined once in main. */
import type { Clock } from '../ports/clock.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { Eyes } from '../ports/eyes.ts'
import type { Journal } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Probe } from '../ports/probe.ts'
import type { Queue } from '../ports/queue.ts'
import type { Registry } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'

export interface Engine {
  readonly store: Store
  readonly queue: Queue
  readonly cluster: Cluster
  readonly eyes: Eyes
  readonly metrics: Metrics
  readonly registry: Registry
  readonly probe: Probe
  readonly journal: Journal
  /** The log of incidents: one line per emergency rollback. */
  readonly incidents: Journal
  readonly clock: Clock
  readonly log: Log
}
