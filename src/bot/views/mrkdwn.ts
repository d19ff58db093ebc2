/** Text for Slack: what must be escaped, and the few signs we write on purpose. */

/** Slack gives meaning to exactly three characters. Everything a person or a program typed goes through here. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Typed text between other text: one line, without the signs that would make it bold or code. */
export function quoteText(text: string): string {
  return escapeText(
    text
      .replace(/[*_~`]/g, '')
      .replace(/\s+/g, ' ')
      .trim(),
  )
}

/** Monospaced; a backtick inside would end it. */
export function code(text: string): string {
  return `\`${escapeText(text.replaceAll('`', "'").replace(/\s+/g, ' ').trim()) || ' '}\``
}

/** A block of monospaced lines; a fence inside would end it. */
export function codeBlock(text: string): string {
  return `\`\`\`\n${escapeText(text.replaceAll('```', "'''"))}\n\`\`\``
}

const USER_ID = /^[UW][A-Z0-9]{1,20}$/

/** A mention, which notifies: only for ids from the record or the catalogue. Anything else comes out as plain text. */
export function mention(userId: string): string {
  return USER_ID.test(userId) ? `<@${userId}>` : quoteText(userId)
}

/** A moment in the reader's own time zone; where Slack cannot, in UTC. `at` in ms since the epoch. */
export function moment(at: number): string {
  return `<!date^${Math.floor(at / 1000)}^{time}|${new Date(at).toISOString().slice(11, 16)} UTC>`
}

/** As `moment`, with the day: for what is hours away. */
export function dayAndTime(at: number): string {
  const iso = new Date(at).toISOString()
  return `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time}|${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC>`
}
