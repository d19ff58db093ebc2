/** What the commands say when they are typed wrong: how to type them, never a stack trace. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { demo } from '../../src/commands/demo.ts'
import { emergency } from '../../src/commands/emergency.ts'
import { rehearse } from '../../src/commands/rehearse.ts'
import { validate } from '../../src/commands/validate.ts'
import { EXAMPLE_PATH } from '../stories/example-services.ts'

async function said(run: (print: (line: string) => void) => Promise<number>) {
  const lines: string[] = []
  const exit = await run((line) => lines.push(line))
  return { exit, text: lines.join('\n') }
}

const place = (print: (line: string) => void) => ({ root: '.', example: EXAMPLE_PATH, print, redisUrl: undefined })
const shell = (print: (line: string) => void) => ({ print, env: {}, ask: async () => '' })

describe('a command that is typed wrong', () => {
  it.each([
    ['demo', (print: (line: string) => void) => demo(['--foo'], place(print)), 'tminus demo [options]'],
    ['demo', (print: (line: string) => void) => demo(['--port', '99999'], place(print)), 'a port from 0 to 65535'],
    ['demo', (print: (line: string) => void) => demo(['--speed', '0'], place(print)), 'a number above 0'],
    ['rehearse', (print: (line: string) => void) => rehearse(['x', '--foo'], EXAMPLE_PATH, print), 'tminus rehearse'],
    ['emergency', (print: (line: string) => void) => emergency(['--foo'], shell(print)), 'tminus emergency <service>'],
    [
      'emergency',
      (print: (line: string) => void) => emergency(['apo', '--config', EXAMPLE_PATH], shell(print)),
      'Type: tminus emergency api --reason',
    ],
    ['validate', (print: (line: string) => void) => validate(['/not/there'], {}, print), '/not/there cannot be read'],
  ])('%s says what it takes', async (_, run, words) => {
    const { exit, text } = await said(run)
    expect(exit).toBe(1)
    expect(text).toContain(words)
    expect(text).not.toMatch(/^ {4}at /m)
  })

  it('names a setting that is missing as such', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tminus-typed-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 'tminus.yml')
    writeFileSync(
      file,
      'services:\n  api:\n    image: r/api\n    channel: C0DEPLOYS\n    approvers: [U0ANNA, U0BEN]\n    router: { kind: gateway-api }\n',
    )
    const { text } = await said((print) => validate([file], {}, print))
    expect(text).toContain('services.api.router.httpRoute is missing: the name of the HTTPRoute')
    expect(text).not.toContain('is is missing')
  })
})
