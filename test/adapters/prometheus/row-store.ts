/** A store that knows no PromQL: it finds the rows in a joined query and gives each the values of a test. */
import type { Answer } from '../probe/http-server.ts'

/** Values by row; several are several series. */
export type Values = Readonly<Record<string, readonly string[]>>

/** A store that gives each row its values; a row without an entry has no series. */
export const rows =
  (values: Values, more: object = {}): Answer =>
  (seen, response) => {
    const query = queryOf(seen.body)
    const result = [...query.matchAll(/"tminus_row", "([^"]+)"/g)].flatMap(([, row = '']) =>
      (values[row] ?? []).map((value, index) => ({
        metric: { tminus_row: row, pod: `p${index}` },
        value: [1000, value],
      })),
    )
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result }, ...more }))
  }

export const HEALTHY: Values = {
  requests: ['600'],
  errors: ['0'],
  'latency-p95': ['145'],
  'latency-p99': ['310'],
  cpu: ['0.4'],
  memory: ['0.5'],
}

export function queryOf(body: string): string {
  return new URLSearchParams(body).get('query') ?? ''
}
