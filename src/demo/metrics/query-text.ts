/**
 * Reads the one kind of query that the simulation answers: rows, each labelled with its name, joined with `or`. No
 * PromQL is evaluated. A row's name says what is wanted; its text says for which pods and over which window.
 */

export interface AskedRow {
  readonly name: string
  readonly text: string
  /** Window of the first range selector; null when there is none. */
  readonly windowMs: number | null
  /** The pods that the row selects; null when it does not select by pod name. */
  readonly pods: RegExp | null
}

export interface AskedQuery {
  readonly namespace: string
  /** The Kubernetes Service. */
  readonly service: string
  readonly slot: string
  readonly version: string
  readonly rows: readonly AskedRow[]
}

const SUBJECT = /^# tminus ([^/\s]+)\/(\S+) (\S+) (\S*)\n/
const ROW = /label_replace\(\(\n(.*?)\n\), "tminus_row", "([^"]+)", "", ""\)(?:\nor\n|\s*$)/gs
const WINDOW = /\[(\d+)s\]/
const POD = /\bpod=~"((?:[^"\\]|\\.)*)"/
const MESH_WORKLOAD = /\bdestination_workload="([a-z0-9.-]+)"/

/** Null for any other query. */
export function readQuery(text: string): AskedQuery | null {
  const subject = SUBJECT.exec(text)
  if (subject === null) return null
  const rows = [...text.matchAll(ROW)].map(([, query = '', name = '']) => readRow(name, query))
  const [, namespace = '', service = '', slot = '', version = ''] = subject
  return rows.length === 0 ? null : { namespace, service, slot, version, rows }
}

function readRow(name: string, text: string): AskedRow {
  const window = WINDOW.exec(text)?.[1]
  return { name, text, windowMs: window === undefined ? null : Number(window) * 1000, pods: podsOf(text) }
}

function podsOf(text: string): RegExp | null {
  const pattern = POD.exec(text)?.[1]
  if (pattern !== undefined) return new RegExp(`^(?:${pattern.replace(/\\(.)/gs, '$1')})$`)
  const workload = MESH_WORKLOAD.exec(text)?.[1]
  return workload === undefined ? null : new RegExp(`^${workload.replaceAll('.', '\\.')}-[a-z0-9]+-[a-z0-9]{5}$`)
}

/** The fault that a real store would find first in a row's text, in its words; null when none is seen. */
export function syntaxFault(text: string): string | null {
  const open: string[] = []
  const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/gs, '""').replace(/#[^\n]*/g, '')
  for (const character of bare) {
    if ('([{'.includes(character)) open.push(character)
    else if (character in pairs && open.pop() !== pairs[character]) {
      return `parse error: unexpected "${character}"`
    }
  }
  if (open.length > 0) return `parse error: unclosed "${open.at(-1)}"`
  return bare.trim() === '' ? 'parse error: no expression found in input' : null
}
