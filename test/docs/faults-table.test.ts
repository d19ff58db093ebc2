/** docs/faults.md promises: every row names the tests that show it, and they exist. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')
const COLUMNS = ['What happens', 'What T-Minus does', 'What it means for traffic', 'Shown by']

interface Row {
  readonly line: string
  readonly cells: readonly string[]
}

/** Every line of every table, without the lines of dashes. */
function tableRows(text: string): readonly Row[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[-| ]+\|$/.test(line))
    .map((line) => ({ line, cells: cellsOf(line) }))
}

function cellsOf(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}

const all = tableRows(readFileSync(join(ROOT, 'docs', 'faults.md'), 'utf8'))
const heads = all.filter(({ cells }) => cells[0] === COLUMNS[0])
const rows = all.filter(({ cells }) => cells[0] !== COLUMNS[0])

describe('the table of faults', () => {
  it('has the same four columns in each part', () => {
    expect(heads.length).toBeGreaterThan(2)
    for (const { cells } of heads) expect(cells).toEqual(COLUMNS)
  })
  it('says for every fault what is done, what it means for traffic, and names a test', () => {
    expect(rows.length).toBeGreaterThan(30)
    const lacking = rows.filter(({ cells }) => cells.length !== COLUMNS.length || cells.some((cell) => cell === ''))
    expect(lacking.map(({ line }) => line)).toEqual([])
  })
  it('names only tests that are there', () => {
    const missing = rows.flatMap(({ line, cells }) => {
      const named = [...(cells.at(-1) ?? '').matchAll(/`(test\/[^`]+)`/g)].flatMap(([, path]) => path ?? [])
      const gone = named.filter((path) => !path.endsWith('.ts') || !existsSync(join(ROOT, path)))
      return named.length === 0 ? [`no test: ${line}`] : gone
    })
    expect(missing).toEqual([])
  })
})
