/** Cutting mrkdwn without breaking what is in it: entities, `<...>` signs, surrogate pairs, code fences. */

const FENCE = '```'

/** At most `limit` UTF-16 units; a text that was cut ends with how much is missing: `… 120 more characters`. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text
  const tail = (cut: number) => `… ${text.length - cut} more characters`
  const room = Math.max(0, limit - tail(0).length - FENCE.length - 2)
  if (room === 0) return text.slice(0, safeEnd(text, limit))
  const end = safeEnd(text, room)
  const kept = text.slice(0, end)
  const closing = openFence(kept) ? `\n${FENCE}` : ''
  return `${kept}${closing}\n${tail(end)}`
}

/** At most `limit` UTF-16 units of a label, ending with an ellipsis when cut. */
export function cutLabel(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, safeEnd(text, limit - 1))}…`
}

/** In one line, of at most `limit` UTF-16 units. */
export function shortLine(text: string, limit: number): string {
  return cutLabel(text.replace(/\s+/g, ' '), limit)
}

/** The text in pieces of at most `limit` units, broken at line ends where there are any; a fence is closed and opened again. */
export function splitText(text: string, limit: number): readonly string[] {
  const pieces: string[] = []
  let rest = text
  while (rest.length > limit) {
    const room = limit - FENCE.length - 1
    const line = rest.lastIndexOf('\n', room)
    const end = line > room / 2 ? line : safeEnd(rest, room)
    const piece = rest.slice(0, end)
    const open = openFence(piece)
    pieces.push(open ? `${piece}\n${FENCE}` : piece)
    rest = `${open ? `${FENCE}\n` : ''}${rest.slice(end).replace(/^\n/, '')}`
  }
  return rest === '' ? pieces : [...pieces, rest]
}

function openFence(text: string): boolean {
  return (text.split(FENCE).length - 1) % 2 === 1
}

/** The last place at or before `end` where the text may be cut. */
function safeEnd(text: string, end: number): number {
  let at = Math.min(end, text.length)
  const open = text.lastIndexOf('<', at - 1)
  if (open >= 0 && at - open < 200 && !text.slice(open, at).includes('>') && text.indexOf('>', at) >= 0) at = open
  const entity = /&[a-z]{0,3}$/.exec(text.slice(Math.max(0, at - 4), at))
  if (entity) at -= entity[0].length
  for (let ticks = 0; ticks < 2 && text[at - 1] === '`' && text[at] === '`'; ticks++) at--
  const unit = text.charCodeAt(at - 1)
  const pair = unit >= 0xd800 && unit <= 0xdbff
  return Math.max(1, pair ? at - 1 : at)
}
