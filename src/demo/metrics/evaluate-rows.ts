/** What a store that scraped the simulated cluster would answer to a joined query. */
import type { AskedQuery, AskedRow } from './query-text.ts'
import type { SeededNoise } from './seeded-noise.ts'
import {
  type Counted,
  count,
  cpuUse,
  latencyQuantile,
  memoryUse,
  REQUESTS_PER_SECOND,
  STEADY_ROWS,
} from './service-model.ts'
import { serviceKey, type TrafficHistory, type TrafficPod } from './traffic-history.ts'

export interface SimulatedSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

export interface Model {
  readonly history: TrafficHistory
  readonly noise: SeededNoise
}

/** Part of a version's traffic that goes to the pods a row selects. */
interface Part {
  readonly version: string
  readonly fraction: number
  /** Ready pods among them, now. */
  readonly ready: number
}

/** Bounds of the imagined histogram, in seconds: prom-client's own. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, Number.POSITIVE_INFINITY]
const DEFAULT_WINDOW_MS = 60_000

export function evaluateRows(model: Model, asked: AskedQuery, now: number): readonly SimulatedSeries[] {
  return asked.rows.flatMap((row) =>
    evaluate(model, asked, row, now).map(({ metric, value }) => ({
      metric: { ...metric, tminus_row: row.name },
      value,
    })),
  )
}

function evaluate(model: Model, asked: AskedQuery, row: AskedRow, now: number): readonly SimulatedSeries[] {
  const kind = row.name.split(':')[0] ?? ''
  if (kind === 'reach') return one(reach(row.text))
  const windowMs = row.windowMs ?? DEFAULT_WINDOW_MS
  const parts = selected(model, asked, row, now, now - windowMs)
  const versions = parts.map(({ version }) => version).join('+')
  const noise = model.noise(`${serviceKey(asked.namespace, asked.service)} ${versions} ${row.name}`, now)
  if (kind === 'cpu' || kind === 'memory') return resources(model, asked, parts, kind, noise, now)
  const steady = STEADY_ROWS[kind]
  if (steady !== undefined) return parts.some(({ ready }) => ready > 0) ? one(steady(noise)) : []
  const counted = countParts(model, asked, parts, windowMs, now)
  switch (kind) {
    // "or vector(0)" is part of the query of errors, so there always is a value
    case 'errors':
      return one(counted?.errors ?? 0)
    case 'requests':
      return counted === null ? [] : one(counted.requests)
    case 'latency-p95':
    case 'latency-p99':
      return counted === null ? [] : one(latencyQuantile(counted, kind === 'latency-p95' ? 0.95 : 0.99, noise))
    case 'buckets':
      return counted === null ? [] : bounds(row.text)
    default:
      return []
  }
}

/**
 * The versions behind the selected pods. Two Deployments of a service may run the same version (before and after the
 * promotion); its traffic is then divided by ready pods.
 */
function selected(model: Model, asked: AskedQuery, row: AskedRow, now: number, from: number): readonly Part[] {
  const seen = model.history.podsSince(asked.namespace, from)
  const present = new Set(model.history.podsSince(asked.namespace, now).map(({ name }) => name))
  const isReady = (pod: TrafficPod) => pod.ready && present.has(pod.name)
  const { pods } = row
  if (pods === null) {
    // a query of the installation's own making: taken for one about the version that was asked for
    const ready = seen.filter((pod) => pod.version === asked.version && isReady(pod)).length
    return [{ version: asked.version, fraction: 1, ready }]
  }
  const family = familyOf(pods)
  const matches = ({ name }: TrafficPod) => pods.test(name)
  const versions = new Set(seen.filter(matches).map(({ version }) => version))
  return [...versions].map((version) => {
    const ready = seen.filter((pod) => pod.version === version && family.test(pod.name) && isReady(pod))
    const ours = ready.filter(matches).length
    return { version, ready: ours, fraction: ready.length === 0 ? 1 : ours / ready.length }
  })
}

/**
 * The pods that share a service's traffic with the selected ones: those of its workload and of `<workload>-canary`. Pods
 * may be selected by the Deployment's name, or by the name of one of its ReplicaSets.
 */
function familyOf(pods: RegExp): RegExp {
  const [named = '', ...generatedParts] = pods.source.replace(/^\^(?:\(\?:)?/, '').split('-[')
  const deployment = generatedParts.length === 1 ? named.slice(0, Math.max(0, named.lastIndexOf('-'))) : named
  const base = deployment.replace(/-canary$/, '')
  const generated = '[bcdfghjklmnpqrstvwxz2456789]'
  return new RegExp(`^${base}(?:-canary)?-${generated}{1,10}-${generated}{5}$`)
}

/** Null when the store has no series of them: never served, or silent for the whole window. */
function countParts(
  model: Model,
  asked: AskedQuery,
  parts: readonly Part[],
  windowMs: number,
  now: number,
): Counted | null {
  const service = serviceKey(asked.namespace, asked.service)
  let known = false
  const total = { requests: 0, errors: 0, fast: 0, slow: 0 }
  for (const { version, fraction, ready } of parts) {
    const stretches = model.history.stretches(service, version, now - windowMs, now)
    const counted = count(stretches, model.noise(`${service} ${version} requests`, now))
    for (const each of ['requests', 'errors', 'fast', 'slow'] as const) total[each] += counted[each] * fraction
    const reporting = model.history.sickness(version) !== 'no-metrics'
    // a counter that stands still is still scraped
    known ||= counted.requests * fraction > 0 || (ready > 0 && reporting && model.history.everServed(service, version))
  }
  return known ? total : null
}

/** Told by the node, not by the application: there for every running pod, whether it reports metrics or not. */
function resources(
  model: Model,
  asked: AskedQuery,
  parts: readonly Part[],
  kind: 'cpu' | 'memory',
  noise: number,
  now: number,
): readonly SimulatedSeries[] {
  const ready = parts.reduce((sum, part) => sum + part.ready, 0)
  if (ready === 0) return []
  if (kind === 'memory') return one(memoryUse(noise))
  const service = serviceKey(asked.namespace, asked.service)
  const perSecond = parts.reduce((sum, { version, fraction }) => {
    const [last] = model.history.stretches(service, version, now, now)
    return sum + (last?.share ?? 0) * fraction * REQUESTS_PER_SECOND
  }, 0)
  return one(cpuUse(perSecond / ready, noise))
}

function bounds(text: string): readonly SimulatedSeries[] {
  const factor = text.includes('_milliseconds_') ? 1000 : 1
  return BOUNDS.map((bound) => ({
    metric: { le: Number.isFinite(bound) ? String(bound * factor) : '+Inf' },
    value: 1,
  }))
}

/** `1000 * vector(10)`: a latency query with its quantile replaced by a bound. */
function reach(text: string): number {
  const bound = Number(/vector\(([\d.]+)\)/.exec(text)?.[1] ?? Number.NaN)
  return /\b1000\s*\*|\*\s*1000\b/.test(text) ? bound * 1000 : bound
}

function one(value: number): readonly SimulatedSeries[] {
  return [{ metric: {}, value }]
}
