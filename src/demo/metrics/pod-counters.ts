/**
 * What each pod has counted of its own requests: its part of the version's traffic, added up over time. A pod counts from
 * when its service is first asked about; what a share or a sickness was holds until another is seen.
 */
import { errorRatio, REQUESTS_PER_SECOND } from './service-model.ts'
import { type Sickness, serviceKey, type TrafficSource } from './traffic-history.ts'

export interface PodCount {
  readonly requests: number
  readonly errors: number
}

export interface PodCounters {
  /** Counts up to now; call it when traffic, pods or health have changed. */
  observe(now: number): void
  /** Whole requests so far; null: it runs, and reports nothing. */
  count(now: number, namespace: string, serviceName: string, pod: string): PodCount | null
}

interface Counting {
  at: number
  /** Per second, of each ready pod. */
  rates: ReadonlyMap<string, PodCount>
  readonly counted: Map<string, PodCount>
}

export function podCounters(source: TrafficSource, sickness: (version: string) => Sickness): PodCounters {
  const services = new Map<string, Counting>()
  const observeOne = (key: string, counting: Counting, now: number) => {
    const seconds = Math.max(0, now - counting.at) / 1000
    for (const [pod, rate] of counting.rates) {
      const before = counting.counted.get(pod) ?? { requests: 0, errors: 0 }
      counting.counted.set(pod, {
        requests: before.requests + rate.requests * seconds,
        errors: before.errors + rate.errors * seconds,
      })
    }
    counting.at = now
    counting.rates = ratesOf(source, sickness, key)
  }
  return {
    observe(now) {
      for (const [key, counting] of services) observeOne(key, counting, now)
    },
    count(now, namespace, serviceName, pod) {
      const key = serviceKey(namespace, serviceName)
      const counting = services.get(key) ?? { at: now, rates: new Map(), counted: new Map() }
      services.set(key, counting)
      observeOne(key, counting, now)
      const version = podsOf(source, key).find(({ name }) => name === pod)?.version ?? ''
      if (sickness(version) === 'no-metrics') return null
      const { requests, errors } = counting.counted.get(pod) ?? { requests: 0, errors: 0 }
      return { requests: Math.floor(requests), errors: Math.floor(errors) }
    },
  }
}

function ratesOf(source: TrafficSource, sickness: (version: string) => Sickness, key: string) {
  const [namespace = '', serviceName = ''] = key.split('/')
  const shares = source.shares(namespace, serviceName)
  const ready = podsOf(source, key).filter((pod) => pod.ready)
  return new Map(
    ready.map(({ name, version }): [string, PodCount] => {
      const pods = ready.filter((pod) => pod.version === version).length
      const requests = (REQUESTS_PER_SECOND * (shares[version] ?? 0)) / pods
      return [name, { requests, errors: requests * errorRatio(sickness(version)) }]
    }),
  )
}

function podsOf(source: TrafficSource, key: string) {
  const [namespace = '', serviceName = ''] = key.split('/')
  if (source.podsBehind) return source.podsBehind(namespace, serviceName)
  return source.pods(namespace).filter(({ name }) => name.startsWith(`${serviceName}-`))
}
