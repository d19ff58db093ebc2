/**
 * A quantile never exceeds the largest finite bucket. Here: how far a latency query can reach at all, in its own
 * unit, found without knowing whether it counts seconds or milliseconds.
 */
import type { RowAnswer } from './joined-rows.ts'

/** A classic histogram's selector; label values may hold braces. */
const BUCKETS = /[a-zA-Z_:][\w:]*_bucket\s*\{(?:[^{}"'`]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*\}/s

/** The query for the bucket bounds behind a latency query: one series per bound. Null when it uses no classic histogram. */
export function bucketsQuery(query: string): string | null {
  const selector = BUCKETS.exec(query)?.[0]
  return selector === undefined || !query.includes('histogram_quantile') ? null : `count by (le) (${selector})`
}

/** The largest bound that is a number, in the histogram's unit; null when there is none. */
export function highestFiniteBound(answer: RowAnswer | undefined): number | null {
  if (answer === undefined || !('series' in answer)) return null
  const bounds = answer.series.map(({ labels }) => Number(labels.le)).filter(Number.isFinite)
  return bounds.length === 0 ? null : Math.max(...bounds)
}

/** The latency query with its `histogram_quantile(...)` replaced by `bound`: the largest value it can ever give. */
export function reachQuery(query: string, bound: number): string | null {
  const start = query.indexOf('histogram_quantile')
  const open = query.indexOf('(', start)
  const close = start < 0 || open < 0 ? -1 : closingParenthesis(query, open)
  return close < 0 ? null : `${query.slice(0, start)}vector(${bound})${query.slice(close + 1)}`
}

/** Index of the parenthesis that closes the one at `open`, label values skipped; -1 when there is none. */
function closingParenthesis(query: string, open: number): number {
  let depth = 0
  let quote = ''
  for (let at = open; at < query.length; at++) {
    const character = query[at] ?? ''
    if (quote !== '') {
      if (character === '\\' && quote !== '`') at++
      else if (character === quote) quote = ''
    } else if (character === '"' || character === "'" || character === '`') quote = character
    else if (character === '(') depth++
    else if (character === ')' && --depth === 0) return at
  }
  return -1
}
