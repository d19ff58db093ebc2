/** `npm run bench [-- row...]`: measures, prints a table, and keeps the numbers in bench/results.json. */
import { loadavg } from 'node:os'
import { machine } from './machine.ts'
import { closeStage } from './plane/stage.ts'
import { keep, printed } from './results.ts'
import { theRows } from './rows.ts'

/** Load average above which the numbers say more about the machine's other work than about this program. */
const BUSY = 1

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !theRows.some((row) => row.name === name))
if (unknown.length > 0) {
  process.stderr.write(
    `There is no row ${unknown.join(', ')}; there are ${theRows.map((row) => row.name).join(', ')}.\n`,
  )
  process.exit(1)
}

process.stdout.write(`${machine()}\n`)
const [busy = 0] = loadavg()
if (busy > BUSY)
  process.stdout.write(
    `The machine has other things to do (load ${busy.toFixed(1)}): the numbers will be worse than they are.\n`,
  )
process.stdout.write('\n')
const rows = theRows.filter((row) => wanted.length === 0 || wanted.includes(row.name))
const started = performance.now()
try {
  for (const row of rows) {
    process.stderr.write(`${row.name} ...\n`)
    const results = await row.run().catch((error: unknown) => {
      process.exitCode = 1
      return [{ name: row.name, skipped: `failed: ${error instanceof Error ? error.message : String(error)}` }]
    })
    for (const result of results) process.stdout.write(`${printed(result)}\n`)
    keep(results)
  }
} finally {
  await closeStage()
}
process.stdout.write(`\n${Math.round((performance.now() - started) / 1000)} s\n`)
