/** What somebody probably meant: the nearest of a few words, by the number of slips of the finger between them. */

/**
 * Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, replacements and swaps of
 * neighbours, each counted as one. 0 for equal words.
 */
export function editDistance(left: string, right: string): number {
  const a = [...left]
  const b = [...right]
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column)
  a.forEach((letter, row) => {
    const line = [row + 1]
    b.forEach((other, column) => {
      const same = letter === other ? 0 : 1
      let best = Math.min(cell(last, column + 1) + 1, cell(line, column) + 1, cell(last, column) + same)
      const swapped = row > 0 && column > 0 && letter === b[column - 1] && a[row - 1] === other
      if (swapped) best = Math.min(best, cell(beforeLast, column - 1) + 1)
      line.push(best)
    })
    beforeLast = last
    last = line
  })
  return cell(last, b.length)
}

function cell(line: readonly number[], column: number): number {
  return line[column] ?? Number.POSITIVE_INFINITY
}

/** Longer words are not compared: nobody mistypes them into a verb, and the work would grow with their square. */
const LONGEST_WORD = 64

/** The nearest candidate within a third of its letters (at least one slip), or null when none is near. Ties: the first. */
export function nearestWord(word: string, candidates: readonly string[]): string | null {
  if (word.length > LONGEST_WORD) return null
  let best: { readonly candidate: string; readonly slips: number } | null = null
  for (const candidate of candidates) {
    if (candidate.length > LONGEST_WORD) continue
    const slips = editDistance(word.toLowerCase(), candidate.toLowerCase())
    const forgiven = Math.max(1, Math.floor(Math.max(candidate.length, word.length) / 3))
    if (slips <= forgiven && (best === null || slips < best.slips)) best = { candidate, slips }
  }
  return best?.candidate ?? null
}
