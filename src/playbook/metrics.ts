/**
 * The nine metrics of the playbook (section "Monitoring & Validation") and what one look at them brings back.
 *
 * Units: `ratio` is 0..1 (0.001 is 0.1 %), `ms` is milliseconds, `count` is a plain number.
 */

export const METRIC_NAMES = [
  'error-rate',
  'latency-p95',
  'latency-p99',
  'cpu',
  'memory',
  'disk',
  'cache-hit-rate',
  'db-pool',
  'queue-depth',
] as const
export type MetricName = (typeof METRIC_NAMES)[number]

export type Unit = 'ratio' | 'ms' | 'count'

/** How many requests a number needs behind it before it is judged: the traffic floor, the fast path's minimum, or none. */
export type NeedsRequests = 'floor' | 'some' | 'none'

/** One row of the threshold table. */
export interface Threshold {
  readonly metric: MetricName
  /** As people say it: "P95 latency". */
  readonly label: string
  readonly unit: Unit
  /** `low`: small values are good (error rate). `high`: large values are good (cache hit rate). */
  readonly good: 'low' | 'high'
  readonly target: number
  readonly warning: number
  readonly critical: number
  /** The target of phase 6 (playbook, "Phase 6: Monitor & Validate"); absent where the playbook names none. */
  readonly validation?: number
  /** The target printed in the report (playbook, "Communication"); absent where the playbook names none. */
  readonly report?: number
  readonly needsRequests: NeedsRequests
  /** PromQL template; null: not watched for this service. The error rate is computed from the two counts and has none. */
  readonly query: string | null
}

/** A number, or why there is none. NaN and infinities never appear here: they are `absent`. */
export type Reading = { readonly value: number } | { readonly absent: string }

/** Requests and 5xx answers of one version over one window; `absent` when the store has no series for it. */
export type Traffic =
  | { readonly requests: number; readonly errors: number; readonly windowMs: number }
  | { readonly absent: string }

/**
 * One look at the metrics of the new version (or, for the baseline, of the old one).
 * `recent` covers the sample window (default 1 minute), `whole` the step so far.
 */
export interface Sample {
  /** Milliseconds since the epoch, when the question was asked. */
  readonly at: number
  readonly recent: Traffic
  readonly whole: Traffic
  /** Readings of the watched rows, the error rate apart. */
  readonly readings: Readonly<Partial<Record<MetricName, Reading>>>
  /** Set when the store could not be asked at all (down, timed out, refused the query). */
  readonly unreachable?: string
}
