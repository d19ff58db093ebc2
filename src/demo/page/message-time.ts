/** Times of messages are demo time; they are shown in the zone of the person who looks. */

function zoned(ts: string, tz: string | undefined, options: Intl.DateTimeFormatOptions): string {
  const zone = tz === undefined ? {} : { timeZone: tz }
  return new Intl.DateTimeFormat('en-GB', { ...options, ...zone }).format(Number(ts) * 1000)
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
