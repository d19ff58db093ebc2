/**
 * The playbook's threshold table and the PromQL behind it: the defaults that a service's own settings override.
 *
 * Variables of a template, each replaced with its value escaped for the place where it stands:
 * - `$namespace`, `$service` (the Kubernetes Service), `$version`
 * - `$workload`: the Deployment whose pods are measured: the catalogue's workload, or `<workload>-canary`
 * - `$pods`: regular expression of that Deployment's pod names; it belongs behind `=~` and matches no other
 *   Deployment's pods (`api` never matches `api-worker-...` or `api-canary-...`)
 * - `$window`: the window as a duration in whole seconds, `[60s]`
 *
 * Every template must come down to exactly one series; none or several count as "no data", never as good.
 */
import type { Threshold } from './metrics.ts'

/**
 * One of an application's pods, and a status label, which is `code` or `status`. Only series with such a label are
 * counted: were the label named otherwise, errors would be 0 for ever and requests would not, and a broken version
 * would look perfect. So it looks like no data instead.
 */
const counted = (matcher: string) =>
  ['code', 'status']
    .map((label) => `increase(http_requests_total{namespace="$namespace", pod=~"$pods", ${label}${matcher}}[$window])`)
    .join(' or ')

/**
 * The two counts behind the error rate and the success rate, for applications that count their requests in
 * `http_requests_total`. Errors default to 0 (a version that never failed has no error series), requests do not (a
 * version without series is unknown, not perfect). So "all requests failed" is 100 %, and "nobody came" is 0 of 0.
 */
export const DEFAULT_TRAFFIC: { readonly requests: string; readonly errors: string } = {
  requests: `sum(${counted('!=""')})`,
  errors: `sum(${counted('=~"5.."')}) or vector(0)`,
}

/** Quantile of `http_request_duration_seconds`, in ms. */
const latency = (quantile: number) =>
  `1000 * histogram_quantile(${quantile}, sum by (le) ` +
  `(rate(http_request_duration_seconds_bucket{namespace="$namespace", pod=~"$pods"}[$window])))`

/** Containers of the measured pods in cAdvisor's metrics, without the pause container and the pod's own cgroup. */
const CONTAINERS = '{namespace="$namespace", pod=~"$pods", container!~"|POD"}'
/** One value per container: a restarted container has two series until the older one goes stale. */
const perContainer = (metric: string) => `max by (namespace, pod, container) (${metric}${CONTAINERS})`

/** Use of all containers that have a limit, over the sum of these limits. Without any limit there is no value. */
const CPU =
  `sum(sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total${CONTAINERS}[$window]))` +
  ` and ${perContainer('container_spec_cpu_quota')})` +
  ` / sum(${perContainer('container_spec_cpu_quota')} / ${perContainer('container_spec_cpu_period')})`

const MEMORY_LIMIT = `(${perContainer('container_spec_memory_limit_bytes')} > 0)`
const MEMORY =
  `sum(${perContainer('container_memory_working_set_bytes')} and ${MEMORY_LIMIT})` + ` / sum(${MEMORY_LIMIT})`

/** The nine rows of the playbook's table, in its order, with the targets of phase 6 and of the report. */
export const DEFAULT_THRESHOLDS: readonly Threshold[] = [
  {
    metric: 'error-rate',
    label: 'Error rate',
    unit: 'ratio',
    good: 'low',
    target: 0.001,
    warning: 0.005,
    critical: 0.01,
    validation: 0.001,
    report: 0.001,
    needsRequests: 'floor',
    query: null,
  },
  {
    metric: 'latency-p95',
    label: 'P95 latency',
    unit: 'ms',
    good: 'low',
    target: 200,
    warning: 300,
    critical: 500,
    validation: 200,
    report: 200,
    needsRequests: 'some',
    query: latency(0.95),
  },
  {
    metric: 'latency-p99',
    label: 'P99 latency',
    unit: 'ms',
    good: 'low',
    target: 500,
    warning: 750,
    critical: 1000,
    needsRequests: 'some',
    query: latency(0.99),
  },
  {
    metric: 'cpu',
    label: 'CPU usage',
    unit: 'ratio',
    good: 'low',
    target: 0.5,
    warning: 0.6,
    critical: 0.8,
    validation: 0.6,
    report: 0.8,
    needsRequests: 'none',
    query: CPU,
  },
  {
    metric: 'memory',
    label: 'Memory usage',
    unit: 'ratio',
    good: 'low',
    target: 0.6,
    warning: 0.7,
    critical: 0.85,
    validation: 0.7,
    report: 0.85,
    needsRequests: 'none',
    query: MEMORY,
  },
  {
    metric: 'disk',
    label: 'Disk usage',
    unit: 'ratio',
    good: 'low',
    target: 0.7,
    warning: 0.8,
    critical: 0.9,
    needsRequests: 'none',
    query: null,
  },
  {
    metric: 'cache-hit-rate',
    label: 'Cache hit rate',
    unit: 'ratio',
    good: 'high',
    target: 0.9,
    warning: 0.85,
    critical: 0.75,
    validation: 0.9,
    needsRequests: 'none',
    query: null,
  },
  {
    metric: 'db-pool',
    label: 'DB connection pool',
    unit: 'ratio',
    good: 'low',
    target: 0.8,
    warning: 0.85,
    critical: 0.95,
    validation: 0.8,
    needsRequests: 'none',
    query: null,
  },
  {
    metric: 'queue-depth',
    label: 'Queue depth',
    unit: 'count',
    good: 'low',
    target: 100,
    warning: 500,
    critical: 1000,
    needsRequests: 'none',
    query: null,
  },
]

/**
 * Starting points for the four rows whose numbers every application names differently. Not asked unless a service
 * sets them (with its own metric names).
 */
export const EXAMPLE_QUERIES: Readonly<Record<'disk' | 'cache-hit-rate' | 'db-pool' | 'queue-depth', string>> = {
  disk:
    'max(kubelet_volume_stats_used_bytes{namespace="$namespace", persistentvolumeclaim=~"$workload-.*"}' +
    ' / kubelet_volume_stats_capacity_bytes{namespace="$namespace", persistentvolumeclaim=~"$workload-.*"})',
  'cache-hit-rate':
    'sum(rate(cache_hits_total{namespace="$namespace", pod=~"$pods"}[$window]))' +
    ' / sum(rate(cache_requests_total{namespace="$namespace", pod=~"$pods"}[$window]))',
  'db-pool':
    'max(db_pool_connections_in_use{namespace="$namespace", pod=~"$pods"}' +
    ' / db_pool_connections_max{namespace="$namespace", pod=~"$pods"})',
  'queue-depth': 'sum(queue_depth{namespace="$namespace", pod=~"$pods"})',
}

/**
 * What Istio's proxies saw of requests to the measured Deployment. `reporter="source"`: the caller's side also sees
 * the requests that never reached a pod (no healthy upstream, connection refused by a crashing container).
 */
const ISTIO = 'reporter="source", destination_workload_namespace="$namespace", destination_workload="$workload"'

/** As DEFAULT_TRAFFIC, for services in an Istio mesh: the application itself needs no metrics. */
export const ISTIO_TRAFFIC: { readonly requests: string; readonly errors: string } = {
  requests: `sum(increase(istio_requests_total{${ISTIO}}[$window]))`,
  errors: `sum(increase(istio_requests_total{${ISTIO}, response_code=~"5.."}[$window])) or vector(0)`,
}

/** Istio's histogram is in ms already. */
const istioLatency = (quantile: number) =>
  `histogram_quantile(${quantile}, sum by (le) (rate(istio_request_duration_milliseconds_bucket{${ISTIO}}[$window])))`

const ISTIO_LATENCY: Readonly<Partial<Record<Threshold['metric'], string>>> = {
  'latency-p95': istioLatency(0.95),
  'latency-p99': istioLatency(0.99),
}

/** DEFAULT_THRESHOLDS with the two latencies as Istio's proxies saw them. */
export const ISTIO_THRESHOLDS: readonly Threshold[] = DEFAULT_THRESHOLDS.map((row) => ({
  ...row,
  query: ISTIO_LATENCY[row.metric] ?? row.query,
}))
