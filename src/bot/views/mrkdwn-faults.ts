/**
 * What may stand in mrkdwn beside escaped text: mentions of single people, channels, dates and links. A mention of a
 * whole channel is never ours, so it is always somebody's text that was not escaped.
 */

const OURS =
  /<(?:@[UW][A-Z0-9]{1,20}|#C[A-Z0-9]{1,20}|!date\^\d+\^[^<>|]+\|[^<>|]+|https?:\/\/[^<>|\s]+(?:\|[^<>|]+)?)>/g
const ENTITY = /&(?:amp|lt|gt);/g

/** Signs in this text that were not escaped, one fault each kind. */
export function mrkdwnFaults(at: string, text: string): readonly string[] {
  const rest = text.replace(OURS, '').replace(ENTITY, '')
  const stray = ['<', '>', '&'].filter((sign) => rest.includes(sign))
  return stray.map((sign) => `${at}: "${sign}" is not escaped`)
}

/** The same text with every stray sign escaped. A text without faults comes back unchanged. */
export function repairMrkdwn(text: string): string {
  const kept = /(<[^<>]*>|&(?:amp|lt|gt);)/g
  return text
    .split(kept)
    .map((piece) => {
      if (piece.replace(OURS, '').replace(ENTITY, '') === '') return piece
      return piece.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    })
    .join('')
}
