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

/** A variable of a template, and where it stands. */
interface Slot {
  readonly name: string
  readonly place: Place
}

/** A template read once: text as it is, and slots to be filled. */
type Template = { readonly parts: readonly (string | Slot)[] } | { readonly fault: string }

/** Templates come from the catalogue, so there are few; the bound is for reloads that never end. */
const READ_TEMPLATES = new Map<string, Template>()
const MOST_TEMPLATES = 1_000

/** The query, or a sentence that says what is wrong with the template. */
export function fillQuery(template: string, values: QueryValues): FilledQuery {
  let read = READ_TEMPLATES.get(template)
  if (read === undefined) {
    read = readTemplate(template)
    if (READ_TEMPLATES.size >= MOST_TEMPLATES) READ_TEMPLATES.clear()
    READ_TEMPLATES.set(template, read)
  }
  if ('fault' in read) return read
  let query = ''
  for (const part of read.parts) {
    const text = typeof part === 'string' ? part : fill(part, values)
    if (typeof text !== 'string') return text
    query += text
  }
  return { query }
}

function readTemplate(template: string): Template {
  const parts: (string | Slot)[] = []
  let text = ''
  let place: Place = { quote: null, pattern: false }
  for (let at = 0; at < template.length; ) {
    const rest = template.slice(at)
    const variable = VARIABLE.exec(rest)
    if (variable) {
      const slot = { name: variable[1] ?? '', place }
      const fault = slotFault(slot)
      if (fault !== null) return { fault }
      parts.push(text, slot)
      text = ''
      at += variable[0].length
      continue
    }
    const piece = nextPiece(rest, place.quote)
    place = placeAfter(piece, place, text)
    text += piece
    at += piece.length
  }
  return place.quote === null ? { parts: [...parts, text] } : { fault: `a ${place.quote} is not closed` }
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

function slotFault({ name, place }: Slot): string | null {
  if (name === 'window') return null
  if (!NAMES.some((each) => each === name)) {
    return `unknown variable $${name} (known: ${NAMES.map((each) => `$${each}`).join(', ')}, $window)`
  }
  if (place.quote === null) return `$${name} stands outside of quotes`
  return name === 'pods' && !place.pattern ? '$pods is a regular expression and belongs behind =~' : null
}

function fill({ name, place }: Slot, values: QueryValues): string | { readonly fault: string } {
  const known = NAMES.find((each) => each === name)
  if (known === undefined) return `${Math.max(1, Math.round(values.windowMs / 1000))}s`
  const text = known !== 'pods' && place.pattern ? escapeRegExp(values[known]) : values[known]
  if (place.quote !== '`') return escapeString(text, place.quote === "'" ? "'" : '"')
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
