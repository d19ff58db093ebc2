/** The gate: what the samples of a window amount to, and whether the window may end. */
import type { Window } from './deployment.ts'
import { countsOf, describeFinding, formatValue, judgeSample, type Level, meetsTarget } from './judge-sample.ts'
import type { Sample } from './metrics.ts'
import type { Service } from './service.ts'

export type GateDecision =
  /** Nothing to object; the window goes on. */
  | { readonly kind: 'watching' }
  | { readonly kind: 'proceed'; readonly detail: string; readonly missedTargets: readonly string[] }
  | { readonly kind: 'hold'; readonly reason: 'warning' | 'no-data' | 'low-traffic'; readonly detail: string }
  | { readonly kind: 'breach'; readonly trigger: 'critical' | 'gate'; readonly detail: string }

/**
 * `endsAt` is when the window may end (ms since the epoch); null: it is only watched (an approval is waited for, a
 * hold, a rollout under way), so low traffic is no objection and there is nothing to proceed to.
 */
export function judgeWindow(
  window: Window,
  service: Service,
  now: number,
  endsAt: number | null,
  against: 'thresholds' | 'validation' = 'thresholds',
): GateDecision {
  const { criticalOf, warningOf, noDataSamples, warmupMs } = service.judgement
  const verdicts = window.samples.map((sample) => judgeSample(sample, service))
  const last = (n: number, level: Level) => verdicts.slice(-n).filter((verdict) => verdict.level === level)
  const critical = last(criticalOf.n, 'critical')
  if (critical.length >= criticalOf.k)
    return { kind: 'breach', trigger: 'critical', detail: critical.at(-1)?.detail ?? '' }
  const newest = verdicts.at(-1)
  const warm = now - window.since >= warmupMs
  if (newest?.level === 'no-data' && warm && window.noData >= noDataSamples)
    return { kind: 'hold', reason: 'no-data', detail: newest.detail }
  const warning = last(warningOf.n, 'warning')
  if (warning.length >= warningOf.k) return { kind: 'hold', reason: 'warning', detail: warning.at(-1)?.detail ?? '' }
  if (endsAt === null || now < endsAt) return { kind: 'watching' }
  const sample = window.samples.at(-1)
  if (!sample || newest?.level === 'no-data')
    return { kind: 'hold', reason: 'no-data', detail: newest?.detail ?? 'no sample was taken' }
  return endOfWindow(sample, service, newest?.level ?? 'ok', newest?.detail ?? '', against)
}

/** The gate at the end: enough requests, and 98 % of them succeeded (playbook, "Canary Deployment"). */
function endOfWindow(
  sample: Sample,
  service: Service,
  level: Level,
  detail: string,
  against: 'thresholds' | 'validation',
): GateDecision {
  const counts = countsOf(sample.whole)
  if (!counts)
    return { kind: 'hold', reason: 'no-data', detail: 'absent' in sample.whole ? sample.whole.absent : 'no counts' }
  const { trafficFloor, successRate } = service.judgement
  if (counts.requests < trafficFloor || level === 'low-traffic') {
    const why = detail || `${Math.round(counts.requests)} requests, fewer than the ${trafficFloor} a verdict needs`
    return { kind: 'hold', reason: 'low-traffic', detail: why }
  }
  const success = 1 - counts.errors / counts.requests
  const told = `${formatValue(success, 'ratio')} of ${Math.round(counts.requests)} requests succeeded`
  if (success < successRate)
    return {
      kind: 'breach',
      trigger: 'gate',
      detail: `${told}, below the gate of ${formatValue(successRate, 'ratio')}`,
    }
  if (level === 'warning') return { kind: 'hold', reason: 'warning', detail }
  return {
    kind: 'proceed',
    detail: `${told} (gate ${formatValue(successRate, 'ratio')})`,
    missedTargets: against === 'validation' ? missedTargets(sample, service) : [],
  }
}

/** Rows on the wrong side of the targets of phase 6, as sentences. */
export function missedTargets(sample: Sample, service: Service): string[] {
  return judgeSample(sample, service).findings.flatMap((finding) => {
    const { threshold, reading } = finding
    if (threshold.validation === undefined || 'absent' in reading) return []
    if (meetsTarget(threshold, reading.value, threshold.validation)) return []
    const side = threshold.good === 'low' ? 'under' : 'over'
    return [
      `${describeFinding({ ...finding, level: 'ok' })}, target ${side} ${formatValue(threshold.validation, threshold.unit)}`,
    ]
  })
}
