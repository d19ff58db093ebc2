/** The Metrics port on Prometheus, or on anything that speaks its query API (Thanos, Mimir, VictoriaMetrics). */
import type { MetricName, Reading, Sample, Traffic } from '../../playbook/metrics.ts'
import type { Service } from '../../playbook/service.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Alert, Metrics, SampleRequest } from '../../ports/metrics.ts'
import { type Row, type RowAnswers, type RowAsker, rowAsker } from './joined-rows.ts'
import { podNamePattern, slotDeployment } from './measured-pods.ts'
import { probeQueries } from './probe-queries.ts'
import { type QueryApi, type QueryApiOptions, queryApi } from './query-api.ts'
import { fillQuery, type QueryValues } from './query-template.ts'
import { readReading } from './read-reading.ts'

export interface PrometheusOptions extends QueryApiOptions {
  readonly clock: Clock
  /** Told of warnings in answers (a partial answer of several stores): the numbers may be too small. */
  readonly onWarning?: (sentence: string) => void
}

/**
 * Windows end at the store's own time, so a bot whose clock runs ahead does not ask about the future. Windows are
 * whole seconds.
 */
export function prometheusMetrics(options: PrometheusOptions): Metrics {
  const api = queryApi(options)
  const asker = rowAsker(api, options.clock)
  const host = new URL(options.url).host
  const warn = (answers: RowAnswers) => {
    if (!('rows' in answers)) return
    for (const warning of answers.warnings) options.onWarning?.(`Prometheus at ${host} warns: ${warning}`)
  }
  return {
    async sample(request, signal) {
      const asked = sampleRows(request)
      const answers = await asker.ask(asked.rows, subjectOf(request), signal)
      warn(answers)
      return readSample(request, asked, answers)
    },
    probe: (service, version, signal) => probe(asker, options.clock, service, version, signal),
    alerts: (service, signal) => askAlerts(api, service, signal),
  }
}

/** The rows of one look, and what is wrong with the templates that cannot be asked. */
interface AskedRows {
  readonly rows: readonly Row[]
  readonly faults: ReadonlyMap<string, string>
  readonly recentMs: number
  readonly wholeMs: number
}

function sampleRows(request: SampleRequest): AskedRows {
  const { service, since, now } = request
  const recentMs = wholeSeconds(service.judgement.sampleWindowMs)
  const wholeMs = Math.max(recentMs, wholeSeconds(now - since))
  const traffic = Object.entries(service.traffic)
  const templates = [
    ...traffic.map(([name, template]) => [name, template, recentMs] as const),
    // at the start of a step both windows are the same one
    ...(wholeMs > recentMs ? traffic : []).map(([name, template]) => [`${name}:whole`, template, wholeMs] as const),
    ...service.thresholds.flatMap((row) => (row.query === null ? [] : [[row.metric, row.query, recentMs] as const])),
  ]
  const rows: Row[] = []
  const faults = new Map<string, string>()
  for (const [name, template, windowMs] of templates) {
    const filled = fillQuery(template, valuesOf(request, windowMs))
    if ('query' in filled) rows.push({ name, query: filled.query })
    else faults.set(name, filled.fault)
  }
  return { rows, faults, recentMs, wholeMs }
}

function readSample(request: SampleRequest, asked: AskedRows, answers: RowAnswers): Sample {
  const at = request.now
  if ('unreachable' in answers) {
    const absent = { absent: answers.unreachable }
    return { at, recent: absent, whole: absent, readings: {}, unreachable: answers.unreachable }
  }
  const reading = (name: string): Reading => {
    const fault = asked.faults.get(name)
    return fault === undefined ? readReading(answers.rows.get(name)) : { absent: `the query cannot be used: ${fault}` }
  }
  const recent = readTraffic(reading('requests'), reading('errors'), asked.recentMs)
  const whole =
    asked.wholeMs > asked.recentMs
      ? readTraffic(reading('requests:whole'), reading('errors:whole'), asked.wholeMs)
      : recent
  const readings: Partial<Record<MetricName, Reading>> = {}
  for (const { metric, query } of request.service.thresholds) if (query !== null) readings[metric] = reading(metric)
  return { at, recent, whole, readings }
}

function readTraffic(requests: Reading, errors: Reading, windowMs: number): Traffic {
  if ('absent' in requests) return { absent: `requests: ${requests.absent}` }
  if ('absent' in errors) return { absent: `errors: ${errors.absent}` }
  return { requests: requests.value, errors: errors.value, windowMs }
}

async function probe(asker: RowAsker, clock: Clock, service: Service, version: string, signal: AbortSignal) {
  const now = clock.now()
  const request: SampleRequest = { service, slot: 'stable', version, since: now, now }
  const { rows, faults } = sampleRows(request)
  return probeQueries({ service, rows, faults, ask: (asked) => asker.ask(asked, subjectOf(request), signal) })
}

async function askAlerts(api: QueryApi, service: Service, signal: AbortSignal) {
  const values = valuesOf({ service, slot: 'stable', version: '' }, service.judgement.sampleWindowMs)
  const filled = fillQuery(`ALERTS{alertstate="firing",${service.alerts}}`, values)
  if ('fault' in filled)
    return { unreachable: `The alert selector of ${service.name} cannot be used: ${filled.fault}.` }
  const answer = await api.ask(filled.query, signal)
  if (answer.kind === 'unreachable') return { unreachable: answer.why }
  if (answer.kind === 'refused') {
    return { unreachable: `Prometheus refuses the alert selector of ${service.name}: ${answer.why}.` }
  }
  return answer.series.map(({ labels }): Alert => ({ name: labels.alertname ?? '(no name)', labels }))
}

type Measured = Pick<SampleRequest, 'service' | 'slot' | 'version' | 'podHash'>

function valuesOf(of: Measured, windowMs: number): QueryValues {
  const workload = slotDeployment(of.service.workload, of.podHash === undefined ? of.slot : 'stable')
  return {
    namespace: of.service.namespace,
    workload,
    service: of.service.serviceName,
    version: of.version,
    pods: podNamePattern(workload, of.podHash),
    windowMs,
  }
}

function subjectOf({ service, slot, version }: SampleRequest) {
  return { namespace: service.namespace, service: service.serviceName, slot, version }
}

function wholeSeconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1000)) * 1000
}
