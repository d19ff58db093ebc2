/** The numbers of each version of a service as they are now, for the panels beside the demo's channel. */
import type { Model } from './evaluate-rows.ts'
import { type Counted, count, cpuUse, latencyQuantile, memoryUse, REQUESTS_PER_SECOND } from './service-model.ts'
import { type Sickness, serviceKey, type TrafficSource } from './traffic-history.ts'

/** What the panels beside the demo's channel show of one version. */
export interface VersionNumbers {
  readonly version: string
  /** 0..1, now. */
  readonly share: number
  /** Over the last minute; null: the version reports nothing. */
  readonly requestsPerSecond: number | null
  readonly errorRatio: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  readonly cpu: number | null
  readonly memory: number | null
  readonly sickness: Sickness
}

/** A service of the simulated cluster, by its Kubernetes Service. */
export interface ServiceName {
  readonly namespace: string
  readonly serviceName: string
}

const MINUTE_MS = 60_000

/** The versions that get traffic or run, sorted. */
export function versionsOf(source: TrafficSource, { namespace, serviceName }: ServiceName): readonly string[] {
  const running = podsOf(source, { namespace, serviceName }).map(({ version }) => version)
  return [...new Set([...Object.keys(source.shares(namespace, serviceName)), ...running])].sort()
}

export function countLastMinute(model: Model, key: string, version: string, now: number): Counted {
  const stretches = model.history.stretches(key, version, now - MINUTE_MS, now)
  return count(stretches, model.noise(`${key} ${version} requests`, now))
}

export function versionNumbers(
  model: Model,
  source: TrafficSource,
  service: ServiceName,
  now: number,
): readonly VersionNumbers[] {
  const key = serviceKey(service.namespace, service.serviceName)
  const shares = source.shares(service.namespace, service.serviceName)
  const pods = podsOf(source, service)
  return versionsOf(source, service).map((version) => {
    const noise = (row: string) => model.noise(`${key} ${version} ${row}`, now)
    const counted = countLastMinute(model, key, version, now)
    const served = counted.requests > 0
    const share = shares[version] ?? 0
    const ready = pods.filter((pod) => pod.version === version && pod.ready).length
    return {
      version,
      share,
      requestsPerSecond: served ? counted.requests / (MINUTE_MS / 1000) : null,
      errorRatio: served ? counted.errors / counted.requests : null,
      p95Ms: served ? latencyQuantile(counted, 0.95, noise('latency-p95')) : null,
      p99Ms: served ? latencyQuantile(counted, 0.99, noise('latency-p99')) : null,
      cpu: ready > 0 ? cpuUse((share * REQUESTS_PER_SECOND) / ready, noise('cpu')) : null,
      memory: ready > 0 ? memoryUse(noise('memory')) : null,
      sickness: model.history.sickness(version),
    }
  })
}

/** A namespace holds pods of several services. */
function podsOf(source: TrafficSource, { namespace, serviceName }: ServiceName) {
  if (source.podsBehind) return source.podsBehind(namespace, serviceName)
  return source.pods(namespace).filter(({ name }) => name.startsWith(`${serviceName}-`))
}
