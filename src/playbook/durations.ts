/** Named lengths of time, in milliseconds; every duration of the program is built from these. */
export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** `8 min`, or in seconds where it is no whole number of them. */
export function minutes(ms: number): string {
  return ms % MINUTE === 0 ? `${ms / MINUTE} min` : `${Math.round(ms / 1000)} s`
}

/** `45 s`, `12 min`, `1 h 5 min`, `2 d 3 h`. Rounded down; below zero counts as nothing. */
export function duration(ms: number): string {
  const left = Math.max(0, ms)
  if (left < MINUTE) return `${Math.floor(left / 1000)} s`
  const minutes = Math.floor(left / MINUTE)
  if (left < HOUR) return `${minutes} min`
  const hours = Math.floor(left / HOUR)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}
