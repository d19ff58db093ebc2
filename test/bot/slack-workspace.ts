/** The bot on the local workspace, with an answer that a test decides. */
import { realClock } from '../../src/adapters/clocks.ts'
import { type RunningSlack, type SlackSettings, startSlack } from '../../src/bot/app.ts'
import { slackPorts } from '../../src/bot/slack-ports.ts'
import { printMessage } from '../../src/bot/transcript.ts'
import type { DemoPerson } from '../../src/demo/workspace/people.ts'
import { startWorkspace } from '../../src/demo/workspace/workspace.ts'
import type { Workspace, WorkspaceOptions } from '../../src/demo/workspace/workspace-interface.ts'
import type { Answer, Asker, Intent } from '../../src/handlers/ask.ts'
import type { Log } from '../../src/ports/log.ts'
import { api } from './views/sample-deployment.ts'

export const SAM = 'U0SAM'
export const LEE = 'U0LEE'
export const DEPLOYS = api.channel
export const RANDOM = 'C0RANDOM'
export const SIGNING_SECRET = 'a-signing-secret-of-the-tests'
export const PEOPLE: readonly DemoPerson[] = [
  { id: SAM, name: 'sam', realName: 'Sam Ito' },
  { id: LEE, name: 'lee', realName: 'Lee Novak' },
  { id: 'U0GUEST', name: 'gus', realName: 'Gus Guest', isRestricted: true },
  { id: 'U0GONE', name: 'gone', realName: 'Gone Person', deleted: true },
  { id: 'U0BOT', name: 'robot', realName: 'Robot', isBot: true },
  { id: 'U0OTHER', name: 'other', realName: 'Other Company', teamId: 'T0OTHER' },
]

export interface Asked {
  readonly intent: Intent
  readonly asker: Asker
}

export async function workspaceFor(options: Partial<WorkspaceOptions> = {}): Promise<Workspace> {
  return await startWorkspace({
    clock: realClock(),
    people: PEOPLE,
    channels: [
      { id: DEPLOYS, name: 'deploys', botIsMember: true },
      { id: RANDOM, name: 'random', botIsMember: false },
    ],
    commands: ['/deploy'],
    transport: { kind: 'socket' },
    ...options,
  })
}

export function quietLog() {
  const lines: string[] = []
  const say = (facts: object, sentence: string) => void lines.push(`${sentence} ${JSON.stringify(facts)}`)
  const log: Log = { debug: () => undefined, info: say, warn: say, error: say }
  return { log, lines }
}

/** Connected over Socket Mode, or listening where a signing secret is given. */
export async function botOn(
  workspace: Workspace,
  answer: Answer,
  settings: Partial<SlackSettings> = {},
): Promise<RunningSlack & { readonly asked: readonly Asked[]; readonly lines: readonly string[] }> {
  const { log, lines } = quietLog()
  const asked: Asked[] = []
  const bot = await startSlack({
    answer: (intent, asker) => {
      asked.push({ intent, asker })
      return answer(intent, asker)
    },
    services: [api],
    log,
    slack: { botToken: workspace.botToken, appToken: workspace.appToken, apiUrl: workspace.apiUrl, ...settings },
  })
  return { ...bot, asked, lines }
}

export function portsOn(workspace: Workspace) {
  const { log, lines } = quietLog()
  return { ...slackPorts({ botToken: workspace.botToken, apiUrl: workspace.apiUrl }, log), lines }
}

/** A message as a person reads it. */
export function read(message: { readonly text: string; readonly blocks?: readonly object[] } | undefined): string {
  return message === undefined ? '' : printMessage({ text: message.text, blocks: message.blocks ?? [] })
}
