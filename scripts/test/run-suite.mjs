import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChild } from '../setup/child.mjs'
import { countResults } from './count-results.mjs'

/** Runs one project of vitest.config.ts; the last line is `N passed, N failed`. Answers with the exit code. */
export async function runSuite(root, project, args, env) {
  const folder = mkdtempSync(join(tmpdir(), 'tminus-test-'))
  const report = join(folder, 'report.json')
  try {
    const vitest = [join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', project]
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const code = await runChild(process.execPath, [...vitest, ...reporters, ...args], { cwd: root, env })
    const { passed, failed, skipped } = countResults(report, code)
    if (skipped > 0) console.log(`${skipped} skipped`)
    console.log(`${passed} passed, ${failed} failed`)
    return code === 0 && failed > 0 ? 1 : code
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
