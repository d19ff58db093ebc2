/**
 * Sample + thresholds -> verdict. Unknown is not healthy: a watched number that is absent makes the verdict "no data",
 * never "ok"; a ratio with too few requests behind it is "low traffic".
 */
import type { Reading, Sample, Threshold, Traffic, Unit } from './metrics.ts'
import { counted } from './sentence.ts'
import type { Service } from './service.ts'

export type Level = 'ok' | 'warning' | 'critical' | 'no-data' | 'low-traffic'

export interface Finding {
  readonly threshold: Threshold
  readonly level: Level
  /** The value, or why there is none. */
  readonly reading: Reading
  readonly requests: number | null
  /** Of a low-traffic one: how many requests it would take. */
  readonly needed?: number
}

export interface Verdict {
  readonly level: Level
  readonly findings: readonly Finding[]
  /** The findings behind the level, as one sentence. Empty when ok. */
  readonly detail: string
}

/** Worst first: what is known to be bad outweighs what is not known. */
const WORST_FIRST: readonly Level[] = ['critical', 'no-data', 'warning', 'low-traffic', 'ok']

export function judgeSample(sample: Sample, service: Service): Verdict {
  if (sample.unreachable !== undefined) {
    return { level: 'no-data', findings: [], detail: `no metrics: ${sample.unreachable}` }
  }
  const findings = service.thresholds
    .filter((row) => row.metric === 'error-rate' || row.query !== null)
    .map((row) =>
      row.metric === 'error-rate' ? judgeErrors(row, sample, service) : judgeReading(row, sample, service),
    )
  const levels = findings.map((finding) => finding.level)
  // A percentile over a handful of requests is not judged; that alone is no objection while the errors could be judged.
  const errorsJudged = findings.some(
    (finding) => finding.threshold.metric === 'error-rate' && finding.level !== 'low-traffic',
  )
  const counted = errorsJudged ? levels.filter((candidate) => candidate !== 'low-traffic') : levels
  const level = WORST_FIRST.find((candidate) => counted.includes(candidate)) ?? 'ok'
  const detail =
    level === 'ok'
      ? ''
      : findings
          .filter((finding) => finding.level === level)
          .map(describeFinding)
          .join('; ')
  return { level, findings, detail }
}

/** Errors / requests: recent when it has the floor behind it, else the whole step so far; the fast path needs only a few requests. */
function judgeErrors(row: Threshold, sample: Sample, service: Service): Finding {
  const { trafficFloor, fastPath } = service.judgement
  const recent = countsOf(sample.recent)
  const whole = countsOf(sample.whole)
  const finding = (level: Level, counts: Counts): Finding => ({
    threshold: row,
    level,
    reading: counts.requests > 0 ? { value: counts.errors / counts.requests } : { absent: 'no requests' },
    requests: counts.requests,
  })
  if (!recent || !whole) {
    const why =
      'absent' in sample.recent ? sample.recent.absent : 'absent' in sample.whole ? sample.whole.absent : 'no answer'
    return { threshold: row, level: 'no-data', reading: { absent: why }, requests: null }
  }
  if (recent.requests >= fastPath.requests && recent.errors / recent.requests >= fastPath.errorRatio)
    return finding('critical', recent)
  const judged = [recent, whole].find((counts) => counts.requests >= trafficFloor)
  if (!judged)
    return { ...finding('low-traffic', whole.requests >= recent.requests ? whole : recent), needed: trafficFloor }
  return finding(levelOf(row, judged.errors / judged.requests), judged)
}

function judgeReading(row: Threshold, sample: Sample, service: Service): Finding {
  const reading = sample.readings[row.metric] ?? { absent: 'the store gave no answer for it' }
  const requests = countsOf(sample.recent)?.requests ?? null
  const few = row.needsRequests === 'floor' ? service.judgement.trafficFloor : service.judgement.fastPath.requests
  if (row.needsRequests !== 'none' && requests !== null && requests < few)
    return { threshold: row, level: 'low-traffic', reading, requests, needed: few }
  if ('absent' in reading) return { threshold: row, level: 'no-data', reading, requests }
  return { threshold: row, level: levelOf(row, reading.value), reading, requests }
}

/** The playbook's table is strict: above the limit, not at it. */
export function levelOf(row: Threshold, value: number): 'ok' | 'warning' | 'critical' {
  const beyond = (limit: number) => (row.good === 'low' ? value > limit : value < limit)
  if (beyond(row.critical)) return 'critical'
  return beyond(row.warning) ? 'warning' : 'ok'
}

/** Is the value on the good side of a target (strictly, as `<200ms` says)? */
export function meetsTarget(row: Threshold, value: number, target: number): boolean {
  return row.good === 'low' ? value < target : value > target
}

interface Counts {
  readonly requests: number
  readonly errors: number
}

export function countsOf(traffic: Traffic): Counts | undefined {
  return 'absent' in traffic ? undefined : traffic
}

export function describeFinding({ threshold, level, reading, requests, needed }: Finding): string {
  if (level === 'low-traffic') {
    const few = counted(Math.round(requests ?? 0), 'request')
    return `${threshold.label}: only ${few}${needed === undefined ? '' : `, fewer than the ${needed} that a verdict needs`}`
  }
  if ('absent' in reading) return `${threshold.label}: no data (${reading.absent})`
  const limit = level === 'critical' ? threshold.critical : threshold.warning
  const side = threshold.good === 'low' ? 'above' : 'below'
  const told = `${threshold.label} ${formatValue(reading.value, threshold.unit)}`
  return level === 'ok' ? told : `${told}, ${side} ${level} ${formatValue(limit, threshold.unit)}`
}

/** `0.42 %`, `182 ms`, `12`. */
export function formatValue(value: number, unit: Unit): string {
  if (unit === 'ms') return `${Math.round(value)} ms`
  if (unit === 'count') return `${Math.round(value)}`
  const percent = value * 100
  // Between 10 and 99 % a digit behind the point tells nobody anything; near 100 % it is all that matters.
  return `${percent >= 10 && percent < 99 ? Math.round(percent) : Number(percent.toFixed(2))} %`
}
