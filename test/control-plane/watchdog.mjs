/**
 * Ends what a killed test run leaves behind. Its standard input, held open by the test run, brings one process id per
 * line; when it closes without the run having ended this watchdog first, those processes are killed and the folder
 * named in the first argument is removed.
 */
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

const folder = process.argv[2]
const pids = []

createInterface({ input: process.stdin })
  .on('line', (line) => pids.push(Number(line)))
  .on('close', () => {
    for (const pid of pids.reverse()) killIfThere(pid)
    if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })

function killIfThere(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
