/** From what the store wrote to a Reading: exactly one finite number, or why there is none. */
import type { Reading } from '../../playbook/metrics.ts'
import type { RowAnswer } from './joined-rows.ts'

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i

export function readReading(answer: RowAnswer | undefined): Reading {
  if (answer === undefined) return { absent: 'not asked' }
  if ('refused' in answer) return { absent: `Prometheus refuses the query: ${answer.refused}` }
  const [first] = answer.series
  if (first === undefined) return { absent: 'no series' }
  if (answer.series.length > 1) return { absent: `${answer.series.length} series where exactly one was expected` }
  return readValue(first.value)
}

/** A value as the store writes it. */
export function readValue(value: string | null): Reading {
  if (value === null) return { absent: 'a native histogram where a number was expected' }
  if (value === 'NaN') return { absent: 'not a number (nothing to divide by, or an empty histogram)' }
  if (value === '+Inf' || value === '-Inf') return { absent: `infinite (${value}: divided by zero)` }
  if (!NUMBER.test(value)) return { absent: `"${value.slice(0, 40)}" is not a number` }
  const number = Number(value)
  return Number.isFinite(number) ? { value: number } : { absent: `"${value.slice(0, 40)}" is too large` }
}
