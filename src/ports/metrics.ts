/** The metrics store. One request per call, however many rows the table has. */
import type { Sample } from '../playbook/metrics.ts'
import type { Service } from '../playbook/service.ts'

export interface SampleRequest {
  readonly service: Service
  /** Which pods: the new version's or the old one's. */
  readonly slot: 'stable' | 'canary'
  readonly version: string
  /** Only the workload's own pods with this `pod-template-hash`: both versions stand in one Deployment. */
  readonly podHash?: string
  /** Start of the step, ms since the epoch: the `whole` window reaches back to it. */
  readonly since: number
  readonly now: number
}

/** One row asked by itself, for pre-flight. */
export interface QueryFinding {
  readonly row: string
  /** How many series came back; null when the store could not be asked. */
  readonly series: number | null
  readonly fault: string | null
}

export interface Alert {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

export interface Metrics {
  /** Never throws for the store's sake: a store that is down gives a Sample with `unreachable`. Throws only when aborted. */
  sample(request: SampleRequest, signal: AbortSignal): Promise<Sample>
  /** Asks each row's query on the old version: which answer with exactly one series, which do not, and whether histogram buckets reach the critical latency. */
  probe(service: Service, version: string, signal: AbortSignal): Promise<readonly QueryFinding[]>
  /** Firing alerts that match the service's selector; `unreachable` when the store could not be asked. */
  alerts(service: Service, signal: AbortSignal): Promise<readonly Alert[] | { readonly unreachable: string }>
}
