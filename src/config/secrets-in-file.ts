import type { Finding, Path } from './fault.ts'
import { looksSecret, namesSecret, shownValue } from './secret-shape.ts'

const ALLOWED =
  'no secrets in this file: give it in the environment (SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, REDIS_URL), and change it where it was issued, since it has been written down'

/** Every text of the file that looks like a credential, and every value under a name such as `botToken`. */
export function secretsInFile(data: unknown, path: Path = [], depth = 0): readonly Finding[] {
  const name = String(path.at(-1) ?? '')
  if (typeof data === 'string') {
    const secret = looksSecret(data) || (data !== '' && namesSecret(name))
    return secret ? [{ path, seen: shownValue(data, 'secret'), allowed: ALLOWED }] : []
  }
  // Aliases can make a small file large; no real catalogue is this deep.
  if (typeof data !== 'object' || data === null || depth > 12) return []
  return Object.entries(data).flatMap(([key, value]) =>
    secretsInFile(value, [...path, Array.isArray(data) ? Number(key) : key], depth + 1),
  )
}
