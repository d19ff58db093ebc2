/**
 * Who got how much traffic, when, and in what health: the past that windows look back on. The source tells only the
 * present, so it is looked at with every question (and whenever `observe` is called); a share holds until another is
 * seen, and the first one seen held for ever before.
 */

/** The live state of the cluster, as far as traffic is concerned. */
export interface TrafficSource {
  /** Share of a service's requests by version, 0..1. A version without an entry gets none. */
  shares(namespace: string, serviceName: string): Readonly<Record<string, number>>
  pods(namespace: string): readonly TrafficPod[]
  /** The pods of a service's workload, of all versions. When absent: those whose names begin with the service's. */
  podsBehind?(namespace: string, serviceName: string): readonly TrafficPod[]
}

export interface TrafficPod {
  readonly name: string
  readonly version: string
  readonly ready: boolean
}

/** `errors`: a good part of the answers are 5xx. `latency`: slow answers. `no-metrics`: works, but reports nothing. */
export type Sickness = 'none' | 'errors' | 'latency' | 'no-metrics'

/** A stretch of time in which nothing changed for one version. */
export interface Stretch {
  readonly ms: number
  readonly share: number
  readonly sickness: Sickness
}

interface Change<T> {
  readonly at: number
  readonly value: T
}

/** Check-ins look back a day; what is older is forgotten. */
const KEEP_MS = 26 * 60 * 60 * 1000

export interface TrafficHistory {
  /** Looks at the source: every service that was ever asked for, and this one. */
  observe(now: number, namespace?: string, serviceName?: string): void
  setSickness(now: number, version: string, sickness: Sickness): void
  sickness(version: string): Sickness
  /** The stretches of a window for one version, oldest first; together they last the whole window. */
  stretches(service: string, version: string, from: number, to: number): readonly Stretch[]
  /** Has the version ever had traffic, as far back as is remembered? */
  everServed(service: string, version: string): boolean
  /** Pods of a namespace seen since `from`, the ones that are gone included. */
  podsSince(namespace: string, from: number): readonly TrafficPod[]
}

/** The key of a service in this history. */
export function serviceKey(namespace: string, serviceName: string): string {
  return `${namespace}/${serviceName}`
}

export function trafficHistory(source: TrafficSource): TrafficHistory {
  const shares = new Map<string, Change<Readonly<Record<string, number>>>[]>()
  const sicknesses = new Map<string, Change<Sickness>[]>()
  const pods = new Map<string, Map<string, TrafficPod & { readonly seen: number }>>()

  function observeService(now: number, key: string): void {
    const [namespace = '', serviceName = ''] = key.split('/')
    const changes = shares.get(key) ?? []
    const value = { ...source.shares(namespace, serviceName) }
    const last = changes.at(-1)
    if (last === undefined) changes.push({ at: Number.NEGATIVE_INFINITY, value })
    else if (JSON.stringify(last.value) !== JSON.stringify(value)) changes.push({ at: now, value })
    forget(changes, now)
    shares.set(key, changes)
  }

  function observePods(now: number, namespace: string): void {
    const known = pods.get(namespace) ?? new Map()
    for (const pod of source.pods(namespace)) known.set(pod.name, { ...pod, seen: now })
    for (const [name, { seen }] of known) if (seen < now - KEEP_MS) known.delete(name)
    pods.set(namespace, known)
  }

  return {
    observe(now, namespace, serviceName) {
      const keys = new Set(shares.keys())
      if (namespace !== undefined && serviceName !== undefined) keys.add(serviceKey(namespace, serviceName))
      for (const key of keys) observeService(now, key)
      for (const each of new Set([...keys].map((key) => key.split('/')[0] ?? ''))) observePods(now, each)
    },
    setSickness(now, version, sickness) {
      const changes = sicknesses.get(version) ?? [{ at: Number.NEGATIVE_INFINITY, value: 'none' }]
      changes.push({ at: now, value: sickness })
      forget(changes, now)
      sicknesses.set(version, changes)
    },
    sickness: (version) => sicknesses.get(version)?.at(-1)?.value ?? 'none',
    stretches(service, version, from, to) {
      const shareChanges = shares.get(service) ?? []
      const sickChanges = sicknesses.get(version) ?? []
      const cuts = [...shareChanges, ...sickChanges].map(({ at }) => at).filter((at) => at > from && at < to)
      const edges = [from, ...cuts.sort((a, b) => a - b), to]
      return edges.slice(1).map((end, index) => {
        const start = edges[index] ?? from
        const share = valueAt(shareChanges, start)?.[version] ?? 0
        return { ms: end - start, share, sickness: valueAt(sickChanges, start) ?? 'none' }
      })
    },
    everServed: (service, version) => (shares.get(service) ?? []).some(({ value }) => (value[version] ?? 0) > 0),
    podsSince: (namespace, from) => [...(pods.get(namespace)?.values() ?? [])].filter(({ seen }) => seen >= from),
  }
}

function valueAt<T>(changes: readonly Change<T>[], at: number): T | undefined {
  return changes.findLast((change) => change.at <= at)?.value
}

/** Drops what no window can reach, the value that held at its edge excepted. */
function forget(changes: Change<unknown>[], now: number): void {
  while ((changes[1]?.at ?? now) < now - KEEP_MS) changes.shift()
}
