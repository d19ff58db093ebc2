/** All results of a step's checks -> how the step ended. Pure. */
import type { StepFacts } from '../playbook/events.ts'
import { counted } from '../playbook/sentence.ts'
import type { CheckStatus } from './check.ts'
import { evidenceTable } from './evidence-table.ts'
import type { Judged } from './judged.ts'
import type { ChecksOutcome } from './outcome.ts'

/** Between two looks at what is not there yet, ms of deployment time; longer where a server asks for it. */
const RETRY_MS = 2_000

/** One failure fails the step; else one "not yet" makes it wait; else it is done, and warnings and unknowns are told. */
export function joinResults(results: readonly Judged[]): ChecksOutcome {
  const evidence = evidenceTable(results)
  const of = (status: CheckStatus) => results.filter((result) => result.status === status)
  const failing = of('fails')
  if (failing.length > 0) return { kind: 'failed', why: tell(failing), evidence, ...learnt(results) }
  const pending = of('not-yet')
  if (pending.length > 0) {
    const retryMs = Math.max(RETRY_MS, ...pending.map((result) => result.retryAfterMs ?? 0))
    return { kind: 'not-yet', why: tell(pending), retryMs, ...learnt(results) }
  }
  const warnings = of('warns').map((result) => result.sentence)
  const unknown = of('unknown').map((result) => result.sentence)
  const text = [countLine(results), ...warnings, ...unknown].join(' ')
  return { kind: 'done', text, ...levelOf(warnings, unknown), evidence, ...learnt(results, warnings) }
}

/** What warns is told as a warning; what is not known is not told as good. */
function levelOf(warnings: readonly string[], unknown: readonly string[]): { readonly level?: 'info' | 'warning' } {
  if (warnings.length > 0) return { level: 'warning' }
  return unknown.length > 0 ? { level: 'info' } : {}
}

/** Each sentence once. Checks that broke for one and the same cause (the API server is down) stand together by name. */
function tell(results: readonly Judged[]): string {
  const bySentence = new Map<string, Judged[]>()
  for (const result of results) bySentence.set(result.sentence, [...(bySentence.get(result.sentence) ?? []), result])
  return [...bySentence]
    .map(([sentence, rows]) =>
      rows.some((row) => row.broke) ? `${rows.map((row) => row.name).join(', ')}: ${sentence}` : sentence,
    )
    .join(' ')
}

const VERBS = [
  ['holds', 'hold'],
  ['warns', 'warn'],
  ['unknown', 'unknown'],
] as const satisfies readonly (readonly [CheckStatus, string])[]

/** `16 checks: 13 hold, 2 warn, 1 unknown.` */
function countLine(results: readonly Judged[]): string {
  const parts = VERBS.map(([status, verb]) => {
    const amount = results.filter((result) => result.status === status).length
    return amount === 0 ? '' : `${amount} ${amount === 1 && status !== 'unknown' ? `${verb}s` : verb}`
  })
  return `${counted(results.length, 'check')}: ${parts.filter((part) => part !== '').join(', ')}.`
}

/** What the checks found out, each as far as it got; nothing at all when none of them found anything. */
function learnt(results: readonly Judged[], issues: readonly string[] = []): { readonly facts?: StepFacts } {
  let facts: StepFacts = issues.length > 0 ? { issues } : {}
  for (const result of results) facts = { ...facts, ...result.facts }
  return Object.keys(facts).length > 0 ? { facts } : {}
}
