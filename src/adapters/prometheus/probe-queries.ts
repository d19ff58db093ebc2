/** Pre-flight's look at the queries: does each answer with one series, and can the latencies ever become critical? */
import type { Threshold } from '../../playbook/metrics.ts'
import type { Service } from '../../playbook/service.ts'
import type { QueryFinding } from '../../ports/metrics.ts'
import { bucketsQuery, highestFiniteBound, reachQuery } from './histogram-reach.ts'
import type { Row, RowAnswer, RowAnswers } from './joined-rows.ts'
import { readReading } from './read-reading.ts'

export interface QueryProbe {
  readonly service: Service
  readonly rows: readonly Row[]
  /** Templates that cannot be asked, by row. */
  readonly faults: ReadonlyMap<string, string>
  readonly ask: (rows: readonly Row[]) => Promise<RowAnswers>
}

/** One finding per row, in the order of the table, requests and errors first. Two requests to the store. */
export async function probeQueries(probe: QueryProbe): Promise<readonly QueryFinding[]> {
  const unusable = [...probe.faults].map(([row, fault]) => ({
    row,
    series: null,
    fault: sentence(row, `cannot be used: ${fault}`),
  }))
  const latencies = probe.service.thresholds.filter((row) => row.unit === 'ms')
  const buckets = probe.rows.flatMap((row) => {
    const query = latencies.some(({ metric }) => metric === row.name) ? bucketsQuery(row.query) : null
    return query === null ? [] : [{ name: `buckets:${row.name}`, query }]
  })
  const answers = await probe.ask([...probe.rows, ...buckets])
  if ('unreachable' in answers) {
    return [...unusable, ...probe.rows.map(({ name }) => ({ row: name, series: null, fault: answers.unreachable }))]
  }
  const short = await tooShort(probe, latencies, answers.rows)
  const warned = answers.warnings.length > 0 ? `the store warns: ${answers.warnings.join('; ')}` : null
  const found = probe.rows.map(({ name }): QueryFinding => {
    const answer = answers.rows.get(name)
    const threshold = probe.service.thresholds.find(({ metric }) => metric === name)
    const fault = answerFault(answer, threshold) ?? short.get(name) ?? warned
    return {
      row: name,
      series: answer !== undefined && 'series' in answer ? answer.series.length : null,
      fault: fault === null ? null : sentence(name, fault),
    }
  })
  return [...unusable, ...found]
}

/** Not a number is no fault where it only says that nobody has come for a minute. */
function answerFault(answer: RowAnswer | undefined, threshold: Threshold | undefined): string | null {
  const reading = readReading(answer)
  if ('value' in reading) return null
  const idle = threshold !== undefined && threshold.needsRequests !== 'none'
  const [only] = answer !== undefined && 'series' in answer ? answer.series : []
  return idle && only?.value === 'NaN' ? null : reading.absent
}

/** The latencies whose largest finite bucket does not reach beyond the critical value, each with the reason. */
async function tooShort(
  probe: QueryProbe,
  latencies: readonly Threshold[],
  answers: ReadonlyMap<string, RowAnswer>,
): Promise<ReadonlyMap<string, string>> {
  const rows = latencies.flatMap(({ metric }) => {
    const query = probe.rows.find(({ name }) => name === metric)?.query
    const bound = highestFiniteBound(answers.get(`buckets:${metric}`))
    const reach = query === undefined || bound === null ? null : reachQuery(query, bound)
    return reach === null ? [] : [{ name: `reach:${metric}`, query: reach }]
  })
  const reached = rows.length === 0 ? { rows: new Map<string, RowAnswer>() } : await probe.ask(rows)
  const found = new Map<string, string>()
  if ('unreachable' in reached) return found
  for (const { metric, critical } of latencies) {
    const reach = readReading(reached.rows.get(`reach:${metric}`))
    if ('value' in reach && reach.value <= critical) {
      found.set(
        metric,
        `the largest finite bucket is ${round(reach.value)} ms, so no value can ever be above the critical ${critical} ms`,
      )
    }
  }
  return found
}

function sentence(row: string, fault: string): string {
  return `The query of ${row}: ${fault}.`
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
