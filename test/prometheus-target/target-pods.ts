/**
 * Applications of the tests, as Prometheus sees them: one HTTP server, one path per pod. Counters grow when they are
 * scraped, never by a timer, so a run is the same whatever the machine's speed.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface TargetPod {
  readonly namespace: string
  readonly pod: string
  /** Its metrics before the first scrape; the function that comes back runs ahead of every scrape. */
  readonly prepare: (registry: Registry) => () => void
  /** Scrapes that are answered; later ones get 503. Default: all. */
  readonly scrapes?: number
  /** Does the target report on other pods, with their labels (as cAdvisor does)? */
  readonly honorLabels?: boolean
}

export interface TargetServer {
  /** Where Prometheus finds the list of targets (http_sd): those of pods themselves, or those that report on others. */
  discovery(honorLabels: boolean): string
  stop(): Promise<void>
}

export async function startTargets(pods: readonly TargetPod[]): Promise<TargetServer> {
  const states = pods.map((pod) => {
    const registry = new Registry()
    return { pod, registry, beat: pod.prepare(registry), scraped: 0 }
  })
  const host = () => `127.0.0.1:${(server.address() as AddressInfo).port}`
  const list = (honorLabels: boolean) =>
    states.flatMap(({ pod }, index) => {
      if ((pod.honorLabels ?? false) !== honorLabels) return []
      const labels = { namespace: pod.namespace, pod: pod.pod, __metrics_path__: `/pods/${index}/metrics` }
      return [{ targets: [host()], labels }]
    })
  const server = createServer((request, response) => {
    const listed = /^\/targets\/(true|false)$/.exec(request.url ?? '')
    if (listed) {
      response.setHeader('content-type', 'application/json')
      return void response.end(JSON.stringify(list(listed[1] === 'true')))
    }
    const state = states[Number(/^\/pods\/(\d+)\/metrics$/.exec(request.url ?? '')?.[1] ?? -1)]
    if (state === undefined || state.scraped++ >= (state.pod.scrapes ?? Number.POSITIVE_INFINITY)) {
      return void response.writeHead(503).end()
    }
    state.beat()
    void state.registry.metrics().then((text) => {
      response.setHeader('content-type', state.registry.contentType)
      response.end(text)
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    discovery: (honorLabels) => `http://${host()}/targets/${honorLabels}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export interface WebApp {
  /** Requests per scrape by status. 0 makes a series that stands still. */
  readonly perScrape: Readonly<Record<string, number>>
  /** Name of the status label. Default `code`. */
  readonly label?: string
  /** Seconds that a request takes. Default 0.1. */
  readonly seconds?: number
  readonly buckets?: number[]
  /** The process starts anew (counters at zero) at this scrape, then at every following multiple. */
  readonly restartAt?: number
  /** Starts with so many requests per status counted already. */
  readonly before?: number
}

/** A web application with `http_requests_total` and `http_request_duration_seconds`. */
export function webApp(app: WebApp): TargetPod['prepare'] {
  const label = app.label ?? 'code'
  return (registry) => {
    const requests = new Counter({
      name: 'http_requests_total',
      help: 'Requests.',
      labelNames: [label],
      registers: [registry],
    })
    const durations = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Durations.',
      buckets: app.buckets ?? [0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers: [registry],
    })
    const statuses = Object.keys(app.perScrape)
    for (const status of statuses) requests.inc({ [label]: status }, app.before ?? 0)
    let scrape = 0
    return () => {
      scrape++
      if (app.restartAt !== undefined && scrape % app.restartAt === 0) {
        requests.reset()
        durations.reset()
      }
      for (const status of statuses) {
        const count = app.perScrape[status] ?? 0
        requests.inc({ [label]: status }, count)
        for (let each = 0; each < count; each++) durations.observe(app.seconds ?? 0.1)
      }
    }
  }
}

export interface Container {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** CPU seconds per scrape, and the limit in cores; null: none is set. */
  readonly cpu: { readonly perScrape: number; readonly limit: number | null }
  readonly memory: { readonly bytes: number; readonly limit: number | null }
  /** The container was restarted a moment ago: its predecessor's series (another `id`) are still there. */
  readonly restarted?: boolean
}

/** What a node's cAdvisor tells of its containers (the pause container and the pods' own cgroups included). */
export function cAdvisor(containers: readonly Container[]): TargetPod['prepare'] {
  const labelNames = ['namespace', 'pod', 'container', 'id']
  return (registry) => {
    const gauge = (name: string) => new Gauge({ name, help: name, labelNames, registers: [registry] })
    const usage = new Counter({
      name: 'container_cpu_usage_seconds_total',
      help: 'CPU.',
      labelNames,
      registers: [registry],
    })
    const quota = gauge('container_spec_cpu_quota')
    const period = gauge('container_spec_cpu_period')
    const memory = gauge('container_memory_working_set_bytes')
    const limit = gauge('container_spec_memory_limit_bytes')
    for (const each of containers) {
      const { namespace, pod } = each
      for (const id of each.restarted ? ['0', '1'] : ['1']) {
        const labels = { namespace, pod, container: each.container, id: `/${pod}/${each.container}/${id}` }
        if (each.cpu.limit !== null) quota.set(labels, each.cpu.limit * 100_000)
        period.set(labels, 100_000)
        memory.set(labels, each.memory.bytes)
        // cAdvisor writes 0 for "no limit"
        limit.set(labels, each.memory.limit ?? 0)
      }
      // the pod's own cgroup and its pause container, with values that would show
      for (const container of ['', 'POD']) {
        const labels = { namespace, pod, container, id: `/${pod}/${container}` }
        quota.set(labels, 100_000)
        period.set(labels, 100_000)
        memory.set(labels, 1e12)
        limit.set(labels, 1e12)
      }
    }
    return () => {
      for (const { namespace, pod, container, cpu } of containers) {
        usage.inc({ namespace, pod, container, id: `/${pod}/${container}/1` }, cpu.perScrape)
      }
    }
  }
}

export interface MeshRequests {
  /** `source`: told by the caller's proxy. `destination`: by the callee's, which does not see what never reached it. */
  readonly reporter: 'source' | 'destination'
  readonly workload: string
  readonly code: string
  readonly perScrape: number
  readonly ms: number
}

/** What Istio's proxies tell of requests to workloads of the namespace `shop`. */
export function meshProxies(requests: readonly MeshRequests[]): TargetPod['prepare'] {
  const labelNames = ['reporter', 'destination_workload', 'destination_workload_namespace', 'response_code']
  return (registry) => {
    const counter = new Counter({ name: 'istio_requests_total', help: 'Requests.', labelNames, registers: [registry] })
    const durations = new Histogram({
      name: 'istio_request_duration_milliseconds',
      help: 'Durations.',
      labelNames,
      buckets: [25, 50, 100, 250, 500, 1000, 2500],
      registers: [registry],
    })
    return () => {
      for (const { reporter, workload, code, perScrape, ms } of requests) {
        const labels = {
          reporter,
          destination_workload: workload,
          destination_workload_namespace: 'shop',
          response_code: code,
        }
        counter.inc(labels, perScrape)
        for (let each = 0; each < perScrape; each++) durations.observe(labels, ms)
      }
    }
  }
}

/** Any other metrics of an application. */
export function gauges(values: Readonly<Record<string, number>>): TargetPod['prepare'] {
  return (registry) => {
    for (const [name, value] of Object.entries(values)) {
      new Gauge({ name, help: name, registers: [registry] }).set(value)
    }
    return () => undefined
  }
}
