/** The Slack stand-in: people type and press here, and it takes the time of their acknowledgements. */
import { realClock } from '../../src/adapters/clocks.ts'
import { startWorkspace } from '../../src/demo/workspace/workspace.ts'
import type { Workspace } from '../../src/demo/workspace/workspace-interface.ts'
import { ana, ben } from '../../test/playbook/fixtures.ts'
import { epochMs } from '../epoch.ts'
import { serve } from './serve.ts'
import { CHANNEL } from './workspace-channel.ts'

export interface SlackAccess {
  readonly apiUrl: string
  readonly botToken: string
  readonly appToken: string
}

export interface Act {
  /** When the person acted, ms since the epoch. */
  readonly at: number
  /** How long the acknowledgement took, ms. */
  readonly ackMs: number
  readonly ok: boolean
  /** What went wrong, or what the person read. */
  readonly shown: string
}

export interface WorkspaceApi {
  start(input: null): Promise<SlackAccess>
  connected(input: null): Promise<void>
  command(input: { readonly line: string }): Promise<Act>
  /** Presses a button of the deployment's card. */
  press(input: { readonly deployment: string; readonly action: string }): Promise<Act>
  /** Acts at a steady rate, whether or not the earlier ones were acknowledged; resolves when all were. */
  load(input: { readonly acts: readonly LoadAct[]; readonly perSecond: number }): Promise<readonly Act[]>
}

/** A command, or a press on the message with this timestamp. */
export type LoadAct = { readonly line: string } | { readonly card: string; readonly action: string }

let started: Workspace | undefined

function workspace(): Workspace {
  if (!started) throw new Error('the workspace is not started')
  return started
}

async function timed(act: () => ReturnType<Workspace['command']>): Promise<Act> {
  const at = epochMs()
  const { ok, error, shown } = await act()
  return { at, ackMs: epochMs() - at, ok, shown: error ?? shown?.text ?? '' }
}

const command = (line: string) => timed(() => workspace().command(ana.id, CHANNEL, line))

function press(ts: string, action: string): Promise<Act> {
  return timed(() => workspace().click({ userId: ben.id, channelId: CHANNEL, messageTs: ts, actionId: action }))
}

/** The oldest message of the channel whose buttons are about this deployment. */
function findCard(deployment: string): string {
  const about = new RegExp(`\\b${deployment}\\b(?!-)`)
  const found = workspace()
    .messages(CHANNEL)
    .find(({ blocks }) => about.test(JSON.stringify(blocks)))
  if (!found) throw new Error(`no card of ${deployment} in the channel`)
  return found.ts
}

async function load(acts: readonly LoadAct[], perSecond: number): Promise<readonly Act[]> {
  const from = performance.now()
  const running: Promise<Act>[] = []
  for (const [index, act] of acts.entries()) {
    const due = from + (index * 1000) / perSecond
    const early = due - performance.now()
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
    running.push('line' in act ? command(act.line) : press(act.card, act.action))
  }
  return Promise.all(running)
}

serve<WorkspaceApi>({
  start: async () => {
    started = await startWorkspace({
      clock: realClock(),
      people: [
        { id: ana.id, name: 'ana', realName: 'Ana' },
        { id: ben.id, name: 'ben', realName: 'Ben' },
      ],
      channels: [{ id: CHANNEL, name: 'bench', botIsMember: true }],
      commands: ['/deploy'],
      transport: { kind: 'socket' },
    })
    const { apiUrl, botToken, appToken } = started
    return { apiUrl, botToken, appToken }
  },
  connected: () => workspace().connected(),
  command: ({ line }) => command(line),
  press: async ({ deployment, action }) => press(findCard(deployment), action),
  load: ({ acts, perSecond }) => load(acts, perSecond),
})
