/** Series of a counter, written as in PromQL: `http_requests_total{code=~"5.."}`, several of them joined by `or`. */
import type { SeriesSelector } from '../playbook/service.ts'

type Matcher = SeriesSelector['matchers'][number]

const SELECTOR = /\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\}\s*)?/y
const MATCHER = /\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*")\s*(?:,|$)/y
const OR = /or\s+/y

/** Undefined when it cannot be read, or one of its regular expressions cannot. */
export function parseSelectors(text: string): readonly SeriesSelector[] | undefined {
  const selectors: SeriesSelector[] = []
  for (let at = 0; ; ) {
    const found = matchAt(SELECTOR, text, at)
    const matchers = found && parseMatchers(found[2] ?? '')
    if (!found || !matchers) return undefined
    selectors.push({ name: found[1] ?? '', matchers })
    at += found[0].length
    if (at === text.length) return selectors
    const or = matchAt(OR, text, at)
    if (!or) return undefined
    at += or[0].length
  }
}

function parseMatchers(inside: string): readonly Matcher[] | undefined {
  const matchers: Matcher[] = []
  for (let at = 0; inside.slice(at).trim() !== ''; ) {
    const found = matchAt(MATCHER, inside, at)
    const [whole = '', label = '', op = '', quoted = ''] = found ?? []
    const value = unquoted(quoted)
    if (!isOp(op) || value === undefined || (op.endsWith('~') && !isPattern(value))) return undefined
    matchers.push({ label, op, value })
    at += whole.length
  }
  return matchers
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function isOp(op: string): op is Matcher['op'] {
  return ['=', '!=', '=~', '!~'].includes(op)
}

/** The escapes of PromQL that anybody writes here are those of JSON. */
function unquoted(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function isPattern(value: string): boolean {
  try {
    return new RegExp(value) instanceof RegExp
  } catch {
    return false
  }
}
