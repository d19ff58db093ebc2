/** The emergency command as somebody types it in a shell, beside a running stage. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { fileJournal } from '../../src/adapters/journal/file-journal.ts'
import { emergency, type Terminal } from '../../src/commands/emergency.ts'
import type { EmergencyParts } from '../../src/handlers/emergency-parts.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { EXAMPLE_PATH } from './example-services.ts'
import type { Stage } from './stage.ts'

/** `tminus emergency <service>` beside the running stage, its clock moved on until it ends. */
export async function fromShell(
  stage: Stage,
  parts: Partial<EmergencyParts> = {},
  args: readonly string[] = ['--yes', '--reason', 'checkout is broken'],
  typed = '',
  name = 'api',
) {
  const folder = mkdtempSync(join(tmpdir(), 'tminus-incidents-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'incidents.log')
  const lines: string[] = []
  const waits = new Set<number>()
  const clock: Clock = {
    ...stage.clock,
    schedule(at, run) {
      waits.add(at)
      return stage.clock.schedule(at, () => {
        waits.delete(at)
        run()
      })
    },
  }
  const terminal: Terminal = {
    print: (line) => void lines.push(line),
    ask: async (question) => {
      lines.push(question)
      return typed
    },
    env: {},
    user: 'mira',
    connect: async () => ({ ...stage.parts, clock, incidents: fileJournal(path), ...parts, close: async () => {} }),
  }
  let exit: number | undefined
  const running = emergency([name, '--config', EXAMPLE_PATH, ...args], terminal).then((code) => (exit = code))
  // Time goes on only while the command waits for it; answers of servers take as long as they take.
  while (exit === undefined) {
    const until = waits.values().next().value
    if (until !== undefined) await stage.pass(Math.max(0, until - stage.clock.now()))
    await new Promise((resolve) => setImmediate(resolve))
  }
  const incidents = () => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return ''
    }
  }
  return { exit: await running, lines, text: lines.join('\n'), incidents: incidents() }
}
