/**
 * Fills the variables of a PromQL template. A value lands inside a quoted label value and nowhere else, escaped for
 * the kind of matcher it stands behind, so that no version or name can change the meaning of a query.
 */

/** The values, as they are: escaping is done here. `pods` is a regular expression already. `window` goes in as `60s`. */
export interface QueryValues {
  readonly namespace: string
  readonly workload: string
  readonly service: string
  readonly version: string
  readonly pods: string
  readonly windowMs: number
}

export type FilledQuery = { readonly query: string } | { readonly fault: string }

type Quote = '"' | "'" | '`'

/** Where in the template a variable stands. */
interface Place {
  readonly quote: Quote | null
  /** Behind `=~` or `!~`. */
  readonly pattern: boolean
}

const NAMES = ['namespace', 'workload', 'service', 'version', 'pods'] as const
/** A word behind `$`. `$1` (label_replace) and a `$` that ends a regular expression are left alone. */
const VARIABLE = /^\$([a-z_][a-z0-9_]*)/i

/** The query, or a sentence that says what is wrong with the template. */
export function fillQuery(template: string, values: QueryValues): FilledQuery {
  let query = ''
  let place: Place = { quote: null, pattern: false }
  for (let at = 0; at < template.length; ) {
    const rest = template.slice(at)
    const variable = VARIABLE.exec(rest)
    if (variable) {
      const filled = fill(variable[1] ?? '', place, values)
      if (typeof filled !== 'string') return filled
      query += filled
      at += variable[0].length
      continue
    }
    const piece = nextPiece(rest, place.quote)
    place = placeAfter(piece, place, query)
    query += piece
    at += piece.length
  }
  return place.quote === null ? { query } : { fault: `a ${place.quote} is not closed` }
}

/** One character, or an escape of two inside quotes, or a whole comment outside of them. */
function nextPiece(rest: string, quote: Quote | null): string {
  if (quote === null && rest.startsWith('#')) return /^#[^\n]*/.exec(rest)?.[0] ?? '#'
  const escaped = (quote === '"' || quote === "'") && rest.startsWith('\\')
  return rest.slice(0, escaped ? 2 : 1)
}

function placeAfter(piece: string, place: Place, before: string): Place {
  if (place.quote !== null) return piece === place.quote ? { quote: null, pattern: false } : place
  if (piece !== '"' && piece !== "'" && piece !== '`') return place
  return { quote: piece, pattern: /[=!]~\s*$/.test(before) }
}

function fill(name: string, place: Place, values: QueryValues): string | { readonly fault: string } {
  if (name === 'window') return `${Math.max(1, Math.round(values.windowMs / 1000))}s`
  const known = NAMES.find((each) => each === name)
  if (known === undefined)
    return { fault: `unknown variable $${name} (known: ${NAMES.map((each) => `$${each}`).join(', ')}, $window)` }
  if (place.quote === null) return { fault: `$${name} stands outside of quotes` }
  if (known === 'pods' && !place.pattern) return { fault: '$pods is a regular expression and belongs behind =~' }
  const text = known !== 'pods' && place.pattern ? escapeRegExp(values[known]) : values[known]
  if (place.quote !== '`') return escapeString(text, place.quote)
  return text.includes('`') ? { fault: `the value of $${name} holds a backtick and stands between backticks` } : text
}

/** As RE2 reads it: every character with a meaning of its own gets a backslash. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function escapeString(text: string, quote: '"' | "'"): string {
  let escaped = ''
  for (const character of text) {
    if (character === '\\' || character === quote) escaped += `\\${character}`
    else if (character < ' ' || character === '\u007f')
      escaped += `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
    else escaped += character
  }
  return escaped
}
