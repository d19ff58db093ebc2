/** The emergency command as somebody types it in a shell, beside a running stage. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { fileJournal } from '../../src/adapters/journal/file-journal.ts'
import { emergency, type Terminal } from '../../src/commands/emergency.ts'
import type { EmergencyParts } from '../../src/handlers/emergency-parts.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { beside } from './beside.ts'
import { EXAMPLE_PATH } from './example-services.ts'
import type { Stage } from './stage.ts'

/** `tminus emergency <service>` beside the running stage, its clock moved on until it ends. */
export async function fromShell(
  stage: Stage,
  parts: Partial<EmergencyParts> = {},
  args: readonly string[] = ['--yes', '--reason', 'checkout is broken'],
  /** At every question, or at the one that has these words. */
  typed: string | Readonly<Record<string, string>> = '',
  name = 'api',
) {
  const folder = mkdtempSync(join(tmpdir(), 'tminus-incidents-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'incidents.log')
  const lines: string[] = []
  const terminal = (clock: Clock): Terminal => ({
    print: (line) => void lines.push(line),
    ask: async (question) => {
      lines.push(question)
      if (typeof typed === 'string') return typed
      return Object.entries(typed).find(([words]) => question.includes(words))?.[1] ?? ''
    },
    env: {},
    user: 'mira',
    connect: async () => ({ ...stage.parts, clock, incidents: fileJournal(path), ...parts, close: async () => {} }),
  })
  const exit = await beside(stage, (clock) => emergency([name, '--config', EXAMPLE_PATH, ...args], terminal(clock)))
  const incidents = () => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return ''
    }
  }
  return { exit, lines, text: lines.join('\n'), incidents: incidents() }
}
