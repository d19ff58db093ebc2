/** Times of messages are demo time; they are shown in the zone of the person who looks. */

/** Formats are dear to make, and every row of the list needs some. */
const formats = new Map<string, Intl.DateTimeFormat>()

function zoned(ts: string, tz: string | undefined, options: Intl.DateTimeFormatOptions): string {
  const key = `${tz} ${Object.keys(options).join()}`
  const zone = tz === undefined ? {} : { timeZone: tz }
  const format = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...options, ...zone })
  formats.set(key, format)
  return format.format(Number(ts) * 1000)
}

/** `14:05` */
export function clockTime(ts: string, tz: string | undefined): string {
  return zoned(ts, tz, { hour: '2-digit', minute: '2-digit' })
}

export function dayOf(ts: string, tz: string | undefined): string {
  return zoned(ts, tz, { year: 'numeric', month: '2-digit', day: '2-digit' })
}

/** `Tuesday 24 November` */
export function dayWords(ts: string, tz: string | undefined): string {
  return zoned(ts, tz, { weekday: 'long', day: 'numeric', month: 'long' })
}
