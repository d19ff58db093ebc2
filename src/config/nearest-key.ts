/** The known key that somebody probably meant; undefined when none is near (more than a third of its letters differ). */
export function nearestKey(typed: string, known: readonly string[]): string | undefined {
  if (typed.length > LONGEST) return undefined
  const plain = (word: string) => word.toLowerCase().replace(/[-_\s]/g, '')
  const ranked = known
    .map((key) => ({ key, slips: slips(plain(typed), plain(key)) }))
    .filter(({ key, slips }) => slips <= Math.max(1, Math.floor(key.length / 3)))
    .sort((left, right) => left.slips - right.slips)
  return ranked[0]?.key
}

/** The work grows with the square of the length, and nobody mistypes that much into a key. */
const LONGEST = 64

/** Levenshtein distance: letters to insert, delete or replace. */
function slips(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1]
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min((row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1, replaced))
    }
    row = next
  }
  return row[to.length] ?? 0
}
