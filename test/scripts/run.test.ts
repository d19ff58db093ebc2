import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tminus-run-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a script on a machine whose PATH holds only `programs` (each a shell line). */
function onMachine(
  programs: Readonly<Record<string, string>>,
  script: string,
  env: Readonly<Record<string, string>> = {},
) {
  for (const [name, line] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const done = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: folder, ...env },
  })
  return { code: done.status, said: done.stdout + done.stderr }
}

const PROGRAMS = `
  const { programs } = await import('./scripts/setup/programs.mjs')
  try { console.log(JSON.stringify(programs(['redis-server', 'chromium']))) }
  catch (error) { console.log(error.name + ': ' + error.message) }`

describe('scripts/run.mjs', () => {
  it('says what can be run when it does not know the command', () => {
    const done = spawnSync(process.execPath, ['scripts/run.mjs', 'deploy'], { cwd: ROOT, encoding: 'utf8' })
    expect(done.status).toBe(1)
    expect(done.stderr).toContain('There is no command "deploy".')
    expect(done.stderr).toContain('npm run demo')
  })
})

describe('the programs', () => {
  it('are used as they are when they are there, and nothing is installed', () => {
    const { said } = onMachine({ 'redis-server': '', chromium: '', 'apt-get': 'echo apt was asked' }, PROGRAMS)
    expect(said).toBe(`{"CHROMIUM_PATH":"${join(folder, 'chromium')}"}\n`)
  })

  it('are named with the lines that install them where apt-get is not', () => {
    const { said } = onMachine({ chromium: '' }, PROGRAMS)
    expect(said).toContain('SetupError: Please install what is missing')
    expect(said).toContain('sudo apt-get install redis-server\n')
    expect(said).toContain('brew install redis\n')
    expect(said).not.toContain('chromium is not here')
  })

  it('are found under the path that CHROMIUM_PATH gives', () => {
    const { said } = onMachine({ 'redis-server': '' }, PROGRAMS, { CHROMIUM_PATH: '/opt/chrome' })
    expect(said).toBe('{"CHROMIUM_PATH":"/opt/chrome"}\n')
  })

  it('come from apt-get where it may be used, which is said before', () => {
    const sudo = 'case "$1" in -n) shift;; esac\n[ "$1" = true ] && exit 0\n[ "$1" = env ] && shift 2\nexec "$@"'
    const apt = `case "$*" in *install*) printf '#!/bin/sh\\n' > ${folder}/redis-server; ${'/bin/chmod'} 755 ${folder}/redis-server;; esac`
    symlinkSync('/usr/bin/env', join(folder, 'env'))
    const { said } = onMachine({ chromium: '', sudo, 'apt-get': apt }, PROGRAMS)
    expect(said).toMatch(
      /^Installing Debian packages with apt-get: redis-server\. Needed: redis-server \(state and queues\)\.\n/,
    )
    expect(said).toContain(`{"CHROMIUM_PATH":"${join(folder, 'chromium')}"}`)
  })
})

describe('a child', () => {
  const child = (line: string) => `
    const { runChild } = await import('./scripts/setup/child.mjs')
    process.exitCode = await runChild('/bin/sh', ['-c', ${JSON.stringify(line)}], { cwd: '.', env: { A: '7' } })`

  it('passes its exit code on, and has our environment beside its own', () => {
    expect(onMachine({}, child('exit $A')).code).toBe(7)
  })

  it('that a signal ended gives 128 and the number of the signal', () => {
    expect(onMachine({}, child('kill -TERM $$')).code).toBe(143)
  })
})

describe('the count behind a suite', () => {
  const count = (report: unknown, code: number) => {
    writeFileSync(join(folder, 'report.json'), typeof report === 'string' ? report : JSON.stringify(report))
    const script = `
      const { countResults } = await import('./scripts/test/count-results.mjs')
      console.log(JSON.stringify(countResults(${JSON.stringify(join(folder, 'report.json'))}, ${code})))`
    return JSON.parse(onMachine({}, script).said)
  }
  const tests = (...states: string[]) => states.map((status) => ({ status }))

  it('is that of the tests', () => {
    const report = { testResults: [{ status: 'failed', assertionResults: tests('passed', 'failed', 'pending') }] }
    expect(count(report, 1)).toEqual({ passed: 1, failed: 1, skipped: 1 })
  })

  it('counts a file that could not be loaded, an error outside of the tests and a lost report as failures', () => {
    expect(count({ testResults: [{ status: 'failed', assertionResults: [] }] }, 1).failed).toBe(1)
    const fine = { testResults: [{ status: 'passed', assertionResults: tests('passed') }] }
    expect(count(fine, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 })
    expect(count('', 1)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
})
