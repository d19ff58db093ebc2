/**
 * Reads a few counters out of a metrics page: Prometheus' text format, or OpenMetrics. Lines of other metrics are passed
 * over unread; one of ours that is malformed spoils the page, since half a number must never be taken for a whole one.
 */
import type { Counters } from '../../../playbook/judge-counts.ts'
import type { EyesSettings, SeriesSelector } from '../../../playbook/service.ts'

export type CounterPage =
  | { readonly requests: Counters; readonly errors: Counters }
  /** Why the page cannot be counted. */
  | { readonly fault: string }

type Wanted = Pick<EyesSettings, 'requests' | 'errors'>
type Labels = ReadonlyMap<string, string>

const LABEL = /[ \t]*([a-zA-Z_]\w*)[ \t]*=[ \t]*"((?:[^"\\\n]|\\.)*)"[ \t]*(?:,[ \t]*|(?=\}))/y
/** After name and labels: the value, perhaps a timestamp, perhaps an exemplar. */
const VALUE = /^[ \t]*([^\s{}#]+)(?:[ \t]+[+-]?\d[\d.eE+-]*)?[ \t]*(?:#[ \t].*)?\r?$/
const NUMBER = /^\+?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** `openMetrics`: by the page's content type; such a page says itself where it ends. */
export function parseCounters(page: string, wanted: Wanted, openMetrics: boolean): CounterPage {
  if (openMetrics ? !/(^|\n)# EOF\n?$/.test(page) : page !== '' && !page.endsWith('\n'))
    return { fault: 'the page was cut off' }
  const names = [...new Set([...wanted.requests, ...wanted.errors].map(({ name }) => name))]
  const requests = new Map<string, number>()
  const errors = new Map<string, number>()
  for (let start = 0; start < page.length; ) {
    const newline = page.indexOf('\n', start)
    const end = newline === -1 ? page.length : newline
    const name = names.find((each) => isLineOf(page, start, each))
    if (name !== undefined) {
      const found = parseLine(page.slice(start, end), name)
      if (!found)
        return { fault: `the page has a line that cannot be read: ${page.slice(start, Math.min(end, start + 120))}` }
      const { key, labels, value } = found
      // A series that stands there twice counts once, as Prometheus has it.
      if (!requests.has(key) && selects(wanted.requests, name, labels)) requests.set(key, value)
      if (!errors.has(key) && selects(wanted.errors, name, labels)) errors.set(key, value)
    }
    start = end + 1
  }
  return { requests, errors }
}

/** Does a sample of this very name begin here? `a_total` is not the beginning of `a_total_seconds`. */
function isLineOf(page: string, start: number, name: string): boolean {
  if (!page.startsWith(name, start)) return false
  const after = page[start + name.length]
  return after === '{' || after === ' ' || after === '\t'
}

interface Line {
  /** The same for the same series, whatever the order of its labels. */
  readonly key: string
  readonly labels: Labels
  readonly value: number
}

/** Undefined when the line is malformed, or its value is none that a counter can have (NaN, infinite, below 0). */
function parseLine(line: string, name: string): Line | undefined {
  const labels = new Map<string, string>()
  let at = name.length
  while (line[at] === ' ' || line[at] === '\t') at += 1
  if (line[at] === '{') {
    for (at += 1; line[at] !== '}'; at = LABEL.lastIndex) {
      LABEL.lastIndex = at
      const [, label, value = ''] = LABEL.exec(line) ?? []
      if (label === undefined) return undefined
      labels.set(label, unescaped(value))
    }
    at += 1
  }
  const number = VALUE.exec(line.slice(at))?.[1] ?? ''
  if (!NUMBER.test(number)) return undefined
  const key = JSON.stringify([name, ...[...labels].sort(([a], [b]) => (a < b ? -1 : 1))])
  return { key, labels, value: Number(number) }
}

function unescaped(value: string): string {
  return value.includes('\\') ? value.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)) : value
}

export function selects(selectors: readonly SeriesSelector[], name: string, labels: Labels): boolean {
  return selectors.some(
    (selector) =>
      selector.name === name &&
      selector.matchers.every(({ label, op, value }) => {
        const found = labels.get(label) ?? ''
        const same = op.endsWith('~') ? patternOf(value).test(found) : found === value
        return op.startsWith('!') ? !same : same
      }),
  )
}

const patterns = new Map<string, RegExp>()

/** For the whole value, as in PromQL. The catalogue has a handful of them. */
function patternOf(source: string): RegExp {
  const known = patterns.get(source) ?? new RegExp(`^(?:${source})$`, 's')
  patterns.set(source, known)
  return known
}
