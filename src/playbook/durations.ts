/** Named lengths of time, in milliseconds; every duration of the program is built from these. */
export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
