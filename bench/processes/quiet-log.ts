/** A log that tells its first few errors: a benchmark in trouble should say so, not bury its numbers. */
import type { Log } from '../../src/ports/log.ts'

const MOST_TOLD = 3

export function quietLog(): Log {
  let told = 0
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (facts, sentence) => {
      told += 1
      if (told <= MOST_TOLD) process.stderr.write(`  ${sentence} ${JSON.stringify(facts).slice(0, 300)}\n`)
    },
  }
}
