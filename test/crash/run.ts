/**
 * `npm run test:crash [-- --every 1] [--only blue-green]`: kills the bot after every third write of each run (by 1: after each,
 * in half an hour), and compares what is left with the undisturbed run. The last line is `N passed, N failed`, a point being one place to die at.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Answered, Part } from './crew.ts'
import { ENDINGS } from './endings.ts'
import { VARIANTS } from './variants.ts'

/** A run to completion has many places; so that no process is left with all of them, it is divided. */
const SLICES = 6
/** Lines shown of one difference, and characters of a line: objects are long. */
const SHOWN = { lines: 8, characters: 600 } as const

const { values } = parseArgs({
  options: { every: { type: 'string', default: '3' }, only: { type: 'string', default: '' } },
})
const every = Number(values.every)
if (!Number.isInteger(every) || every < 1) throw new RangeError(`--every is a whole number from 1, got ${values.every}`)

const waiting = partsOf(every).filter(({ variant, ending }) => `${variant}, ${ending}`.includes(values.only))
const tally = new Map<string, { points: number; different: number }>()
let left = waiting.length
let points = 0
let different = 0

for (let member = 0; member < Math.min(availableParallelism(), waiting.length); member += 1) begin()

function partsOf(stride: number): Part[] {
  const slices = stride < SLICES ? SLICES : 1
  return VARIANTS.flatMap(({ name: variant }) =>
    ENDINGS.flatMap((ending) => {
      const parts = ending === 'to completion' ? slices : 1
      // Each variant begins elsewhere, so that a stride meets different places of what is alike.
      return Array.from({ length: parts }, (_, slice) => ({
        variant,
        ending,
        sieve: { every: stride * parts, first: slice + variant.length },
      }))
    }),
  )
}

function begin(): void {
  const crew = fork(fileURLToPath(new URL('crew.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  crew.on('message', (answer) => {
    take(answer as Answered)
    giveTo(crew)
  })
  crew.on('exit', (code) => {
    if (left === 0 || code === 0) return
    console.error(`a process ended with code ${code}`)
    process.exit(1)
  })
  giveTo(crew)
}

function giveTo(crew: ChildProcess): void {
  const part = waiting.shift()
  if (part) crew.send(part)
  else crew.disconnect()
  if (left === 0) report()
}

function take(answer: Answered): void {
  left -= 1
  const name = `${answer.part.variant}, ${answer.part.ending}`
  const row = tally.get(name) ?? { points: 0, different: 0 }
  tally.set(name, { points: row.points + answer.points, different: row.different + answer.different.length })
  points += answer.points
  different += answer.different.length
  console.log(`${answer.points} points, ${answer.different.length} different: ${name}`)
  for (const { where, what } of answer.different) {
    console.log(`\n${where}`)
    for (const line of what.slice(0, SHOWN.lines)) console.log(`  ${line.slice(0, SHOWN.characters)}`)
  }
}

function report(): void {
  console.log(`\n${'points'.padStart(8)}${'differences'.padStart(14)}  run`)
  for (const [name, row] of tally)
    console.log(`${String(row.points).padStart(8)}${String(row.different).padStart(14)}  ${name}`)
  console.log(`${String(points).padStart(8)}${String(different).padStart(14)}  in all`)
  console.log(`${points - different} passed, ${different} failed`)
  process.exitCode = different === 0 && points > 0 ? 0 : 1
}
