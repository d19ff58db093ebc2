/**
 * All checks of a step, for the thread: sign, word, name, sentence; evidence indented beneath. No columns: a thread is
 * narrow, and narrower on a phone.
 */
import type { CheckStatus } from './check.ts'
import type { Judged } from './judged.ts'

/** Sign and word, so that neither colour nor a glyph alone carries the meaning. */
const SIGNS = {
  holds: '✓ holds',
  warns: '⚠ warns',
  unknown: '? unknown',
  'not-yet': '… not yet',
  fails: '✗ fails',
} as const satisfies Record<CheckStatus, string>

/** Lines of one check's evidence that are shown: a few where all is well. */
const MOST_LINES = 12
const MOST_LINES_HOLDING = 3

/** What needs somebody's eyes comes first: of a long table the middle is left out. */
const ORDER: readonly CheckStatus[] = ['fails', 'not-yet', 'warns', 'unknown', 'holds']

export function evidenceTable(results: readonly Judged[]): string {
  return ORDER.flatMap((status) => results.filter((result) => result.status === status))
    .flatMap((result) => [
      `${SIGNS[result.status]} · ${result.name}: ${result.sentence}`,
      ...evidenceLines(result.evidence, result.status === 'holds' ? MOST_LINES_HOLDING : MOST_LINES),
    ])
    .join('\n')
}

function evidenceLines(evidence: string | undefined, most: number): string[] {
  if (evidence === undefined || evidence.trim() === '') return []
  const lines = evidence.trimEnd().split('\n')
  const more = lines.length - most
  const shown = more > 0 ? [...lines.slice(0, most), `(${more} more)`] : lines
  return shown.map((line) => `    ${line}`)
}
