/** `/api/v1/query` as Prometheus answers it: the same status codes, the same envelope, numbers as strings. */

import { evaluateRows, type Model, type SimulatedSeries } from './evaluate-rows.ts'
import { readQuery, syntaxFault } from './query-text.ts'
import { alertSelector, type FiringAlert } from './simulated-alerts.ts'

export interface JsonAnswer {
  readonly status: number
  readonly body: unknown
}

/** `firing`: the alerts of this moment. */
export function answerQuery(
  model: Model,
  query: string,
  now: number,
  firing: () => readonly FiringAlert[],
): JsonAnswer {
  const selects = alertSelector(query)
  if (selects !== null) {
    const found = firing().filter(({ labels }) => selects(labels))
    return vector(
      found.map(({ labels }) => ({ metric: { __name__: 'ALERTS', ...labels }, value: 1 })),
      now,
    )
  }
  const asked = readQuery(query)
  if (asked === null) return badData('the simulated store answers only the queries of T-Minus itself')
  const fault = asked.rows.map(({ text }) => syntaxFault(text)).find((each) => each !== null)
  if (fault !== undefined && fault !== null) return badData(fault)
  model.history.observe(now, asked.namespace, asked.service)
  return vector(evaluateRows(model, asked, now), now)
}

function vector(series: readonly SimulatedSeries[], now: number): JsonAnswer {
  const result = series.map(({ metric, value }) => ({ metric, value: [now / 1000, written(value)] }))
  return { status: 200, body: { status: 'success', data: { resultType: 'vector', result } } }
}

function badData(error: string): JsonAnswer {
  return { status: 400, body: { status: 'error', errorType: 'bad_data', error } }
}

function written(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return String(Math.round(value * 1e6) / 1e6)
}
