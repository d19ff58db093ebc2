/**
 * Many queries, one request: each row's result gets a label with the row's name, and `or` puts them together. Taken
 * apart only to find the one that the store refuses.
 */
import type { Clock } from '../../ports/clock.ts'
import type { QueryApi, Series } from './query-api.ts'

export interface Row {
  readonly name: string
  readonly query: string
}

export type RowAnswer = { readonly series: readonly Series[] } | { readonly refused: string }

export type RowAnswers =
  | { readonly rows: ReadonlyMap<string, RowAnswer>; readonly warnings: readonly string[] }
  | { readonly unreachable: string }

/** What the question is about: a comment in front of the query (it shows in the store's query log). */
export interface Subject {
  readonly namespace: string
  readonly service: string
  readonly slot: string
  readonly version: string
}

export const ROW_LABEL = 'tminus_row'
/** A refused query is left out for so long (deployment time) before it is tried again. */
const REFUSED_FOR_MS = 60_000

/** The line breaks keep a row's comment from swallowing the rows behind it. */
export function joinRows(rows: readonly Row[], subject: Subject): string {
  const labelled = rows.map(({ name, query }) => `label_replace((\n${query}\n), "${ROW_LABEL}", "${name}", "", "")`)
  return `${comment(subject)}\n${labelled.join('\nor\n')}`
}

function comment({ namespace, service, slot, version }: Subject): string {
  const words = [`${namespace}/${service}`, slot, version].map((word) => word.replace(/[^\x21-\x7e]/g, '_'))
  return `# tminus ${words.join(' ')}`
}

export interface RowAsker {
  /** One request for all rows. Throws the signal's reason when it fires, else nothing. */
  ask(rows: readonly Row[], subject: Subject, signal: AbortSignal): Promise<RowAnswers>
}

export function rowAsker(api: QueryApi, clock: Clock): RowAsker {
  const refused = new Map<string, { readonly why: string; readonly until: number }>()

  async function askApart(rows: readonly Row[], subject: Subject, signal: AbortSignal): Promise<RowAnswers> {
    const asked = rows.map(async (row) => [row, await api.ask(joinRows([row], subject), signal)] as const)
    const found = new Map<string, RowAnswer>()
    const warnings: string[] = []
    for (const [row, answer] of await Promise.all(asked)) {
      if (answer.kind === 'unreachable') return { unreachable: answer.why }
      if (answer.kind === 'refused') {
        refused.set(keyOf(row, subject), { why: answer.why, until: clock.now() + REFUSED_FOR_MS })
        found.set(row.name, { refused: answer.why })
      } else {
        found.set(row.name, { series: answer.series })
        warnings.push(...answer.warnings)
      }
    }
    return { rows: found, warnings }
  }

  async function askJoined(rows: readonly Row[], subject: Subject, signal: AbortSignal): Promise<RowAnswers> {
    if (rows.length === 0) return { rows: new Map(), warnings: [] }
    const answer = await api.ask(joinRows(rows, subject), signal)
    if (answer.kind === 'unreachable') return { unreachable: answer.why }
    if (answer.kind === 'refused') return askApart(rows, subject, signal)
    const of = (name: string) => answer.series.filter(({ labels }) => labels[ROW_LABEL] === name)
    return { rows: new Map(rows.map(({ name }) => [name, { series: of(name) }])), warnings: answer.warnings }
  }

  return {
    async ask(rows, subject, signal) {
      const known = new Map<string, RowAnswer>()
      const usable = rows.filter((row) => {
        const before = refused.get(keyOf(row, subject))
        if (before === undefined || before.until <= clock.now()) return refused.delete(keyOf(row, subject)) || true
        return !known.set(row.name, { refused: before.why })
      })
      const answers = await askJoined(usable, subject, signal)
      return 'rows' in answers ? { ...answers, rows: new Map([...known, ...answers.rows]) } : answers
    },
  }
}

/** Without window, pods and version: the same template is refused whatever they are, and the memory stays small. */
function keyOf(row: Row, subject: Subject): string {
  return [subject.namespace, subject.service, subject.slot, row.name].join('\n')
}
