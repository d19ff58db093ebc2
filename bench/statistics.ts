/** Order statistics by nearest rank: no value is reported that was not measured. */

/** `share` is 0..1. Throws on an empty list. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new Error('no values were measured')
  return value
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** `median of 11; 25 to 61 ms`. */
export function spread(values: readonly number[], unit: string): string {
  return `median of ${values.length}; ${round(quantile(values, 0))} to ${round(quantile(values, 1))} ${unit}`
}

/** Three digits that count. */
export function round(value: number): number {
  return Number(value.toPrecision(3))
}
