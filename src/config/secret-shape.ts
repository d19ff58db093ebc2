/** What looks like a secret, and how a value is shown without giving one away. */
import { PASSWORD_IN_ADDRESS, SECRET_SHAPES } from '../playbook/secret-shapes.ts'

const SECRET_NAME = /token|secret|password|passwd|api[-_]?key|webhook|credential/i

export function looksSecret(text: string): boolean {
  return [...SECRET_SHAPES, PASSWORD_IN_ADDRESS].some((shape) => shape.test(text))
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
