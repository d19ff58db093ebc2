/**
 * The numbers of an imagined web service, in health and in sickness: what a store would have counted over a window.
 * The values are those of the playbook's sample report: 0.02 % errors, P95 of 145 ms.
 */
import type { Sickness, Stretch } from './traffic-history.ts'

/** Requests per second of a whole service. */
export const REQUESTS_PER_SECOND = 200

const ERROR_RATIO = { healthy: 0.0002, sick: 0.12 }

/**
 * Latency is log-logistic, which has a quantile in closed form: `median` ms, and the larger `shape`, the fewer slow
 * requests. Healthy: P95 145 ms, P99 310 ms. Sick: P95 about 900 ms, P99 about 1,700 ms.
 */
const LATENCY = { healthy: { median: 37.4, shape: 2.172 }, sick: { median: 280, shape: 2.53 } }

/** What was counted over a window. */
export interface Counted {
  readonly requests: number
  readonly errors: number
  /** Requests that were answered at the healthy and at the sick speed. */
  readonly fast: number
  readonly slow: number
}

/** Counts a window's stretches; what a version without metrics served is not known to the store. */
export function count(stretches: readonly Stretch[], noise: number): Counted {
  let requests = 0
  let errors = 0
  let slow = 0
  for (const { ms, share, sickness } of stretches) {
    if (sickness === 'no-metrics') continue
    const served = REQUESTS_PER_SECOND * share * (ms / 1000) * (1 + 0.04 * noise)
    requests += served
    errors += served * errorRatio(sickness) * (1 + 0.2 * noise)
    if (sickness === 'latency') slow += served
  }
  return { requests, errors, slow, fast: requests - slow }
}

export function errorRatio(sickness: Sickness): number {
  return sickness === 'errors' ? ERROR_RATIO.sick : ERROR_RATIO.healthy
}

/** The quantile of all requests together, ms; NaN without requests, as `histogram_quantile` has it. */
export function latencyQuantile(counted: Counted, quantile: number, noise: number): number {
  if (counted.requests === 0) return Number.NaN
  const sickPart = counted.slow / counted.requests
  const below = (ms: number) =>
    (1 - sickPart) * portionBelow(ms, LATENCY.healthy) + sickPart * portionBelow(ms, LATENCY.sick)
  let low = 0
  let high = 20_000
  while (high - low > 0.01) {
    const middle = (low + high) / 2
    if (below(middle) < quantile) low = middle
    else high = middle
  }
  return ((low + high) / 2) * (1 + 0.05 * noise)
}

function portionBelow(ms: number, { median, shape }: { median: number; shape: number }): number {
  return ms <= 0 ? 0 : 1 / (1 + (ms / median) ** -shape)
}

/** Share of the CPU limit: some for being there, more for load, never a worry by itself. */
export function cpuUse(requestsPerSecondPerPod: number, noise: number): number {
  return 0.18 + (0.25 * requestsPerSecondPerPod) / (requestsPerSecondPerPod + 40) + 0.02 * noise
}

export function memoryUse(noise: number): number {
  return 0.52 + 0.02 * noise
}

/** Rows whose queries an installation writes itself: steady values within the playbook's targets. */
export const STEADY_ROWS: Readonly<Record<string, (noise: number) => number>> = {
  disk: (noise) => 0.41 + 0.005 * noise,
  'cache-hit-rate': (noise) => 0.945 + 0.01 * noise,
  'db-pool': (noise) => 0.55 + 0.04 * noise,
  'queue-depth': (noise) => Math.round(12 + 6 * noise),
}
