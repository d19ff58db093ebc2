/**
 * What a program printed, before others read it: what looks like a secret is blotted out. A log in a thread is read by
 * everybody in the channel, and kept; one word too many blotted costs less than one too few.
 */
import { SECRET_SHAPES } from './secret-shapes.ts'

const BLOT = '(hidden)'

/** Bounded on both sides: a line may be one word of a million letters. */
const NAME =
  '[\\w.-]{0,40}(?:token|secret|passw(?:or)?d|pwd|api[-_]?key|access[-_]?key|private[-_]?key|credential)[\\w.-]{0,40}'

/** What stands before a secret stays: it says what was there. */
const NAMED: readonly RegExp[] = [
  // `"dbPassword": "..."`, also inside a string that was escaped once more.
  new RegExp(`(\\\\?["']${NAME}\\\\?["']\\s{0,3}[:=]\\s{0,3}\\\\?["'])[^"'\\\\]+`, 'gi'),
  // `DB_PASSWORD=...`, `password="..."`, `?access_token=...`
  new RegExp(`(\\b${NAME}\\s{0,3}=\\s{0,3}["']?)[^\\s"'&;,]+`, 'gi'),
  // `password: ...` at the end of a line; in the middle of one it is more often a sentence.
  new RegExp(`(\\b${NAME}:[ \\t]{1,3}["']?)[^\\s"',;]+(?=["']?[ \\t]*(?:[,;]|$))`, 'gim'),
  /\b((?:proxy-)?authorization\\?["']?\s{0,3}[:=]\s{0,3}\\?["']?(?:(?:bearer|basic|token|digest)\s+)?)[^\s"'\\,]+/gi,
  /\b(bearer\s+)[\w.~+/=-]{12,}/gi,
  /\b((?:set-)?cookie\\?["']?\s{0,3}[:=]\s{0,3}\\?["']?)[^"'\\\r\n]+/gi,
  /([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/?#@:]{0,80}:)[^\s/?#@]{1,200}(?=@)/gi,
]

/** Signed tokens (JWT), whole private keys (also one that the log cuts off), and what has a shape of its own. */
const WHOLE: readonly RegExp[] = [
  /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g,
  /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|$)/g,
  ...SECRET_SHAPES.map((shape) => new RegExp(shape.source, `${shape.flags}g`)),
]

/** The same text with `(hidden)` in place of what looks like a secret; a text without any comes out as it is. */
export function withoutSecrets(text: string): string {
  const named = NAMED.reduce((done, shape) => done.replace(shape, `$1${BLOT}`), text)
  return WHOLE.reduce((done, shape) => done.replace(shape, BLOT), named)
}
