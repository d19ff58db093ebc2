/** What looks like a secret, and how a value is shown without giving one away. */

/** Shapes of credentials that people paste into a catalogue: Slack's, GitHub's, AWS's, a private key, a password inside an address. */
const SECRET_SHAPES: readonly RegExp[] = [
  /\bxox[a-z]-[\w-]+/i,
  /\bxapp-[\w-]+/i,
  /hooks\.slack\.com\/(services|workflows|triggers)\/\S+/i,
  /\b(ghp|gho|ghs|ghu|github_pat)_\w{16,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]*:[^\s/?#@]+@/i,
]

const SECRET_NAME = /token|secret|password|passwd|api[-_]?key|webhook|credential/i

export function looksSecret(text: string): boolean {
  return SECRET_SHAPES.some((shape) => shape.test(text))
}

/** Is this the name of something secret, as in `botToken` or `SLACK_SIGNING_SECRET`? */
export function namesSecret(name: string): boolean {
  return SECRET_NAME.test(name)
}

const LONGEST_SHOWN = 80

/**
 * A value as a fault shows it: JSON, at most 80 characters. Secrets become their length, whether they are known by
 * their shape or by the name they stand under.
 */
export function shownValue(value: unknown, name = ''): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string' && value !== '' && (namesSecret(name) || looksSecret(value))) return hidden(value)
  if (typeof value === 'object' && value !== null && namesSecret(name)) return '(hidden)'
  const text = JSON.stringify(value, (key, inner: unknown) =>
    typeof inner === 'string' && inner !== '' && (namesSecret(key) || looksSecret(inner)) ? hidden(inner) : inner,
  )
  const one = text ?? String(value)
  return one.length > LONGEST_SHOWN ? `${one.slice(0, LONGEST_SHOWN - 1)}…` : one
}

function hidden(value: string): string {
  return `(hidden, ${value.length} characters)`
}
