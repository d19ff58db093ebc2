/** bench/results.json, and a line of the table. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Measurement, Skipped } from './measurement.ts'

const FILE = join(import.meta.dirname, 'results.json')

/** Width of the longest name of a row. */
const NAME = 68

type Kept = Omit<Measurement, 'note'>

/** Replaces the numbers of the same names and leaves the others as they are. */
export function keep(results: readonly (Measurement | Skipped)[]): void {
  const fresh = results.flatMap((result): Kept[] => {
    if ('skipped' in result) return []
    const { name, value, unit, goal, better } = result
    return [{ name, value, unit, goal, better }]
  })
  const before = readKept()
  const names = new Set(fresh.map(({ name }) => name))
  const merged = [...before.filter(({ name }) => !names.has(name)), ...fresh]
  writeFileSync(FILE, `${JSON.stringify(merged, null, 2)}\n`)
}

function readKept(): Kept[] {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Kept[]
  } catch {
    // The first run.
    return []
  }
}

export function printed(result: Measurement | Skipped): string {
  if ('skipped' in result) return `${result.name.padEnd(NAME)} not measured: ${result.skipped}`
  const { name, value, unit, goal, better, note } = result
  const met = goal === null ? '' : (better === 'lower' ? value <= goal : value >= goal) ? 'met' : 'missed'
  const promised = goal === null ? '' : `goal ${goal} ${unit}`
  return [name.padEnd(NAME), `${value} ${unit}`.padStart(14), promised.padStart(20), met.padEnd(6), note].join('  ')
}
