/** A small Bolt app for the tests of the workspace: everything that the real bot asks of Slack, in few lines. */
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt'
import { realClock } from '../../../src/adapters/clocks.ts'
import type { DemoPerson } from '../../../src/demo/workspace/people.ts'
import { startWorkspace } from '../../../src/demo/workspace/workspace.ts'
import type { Workspace, WorkspaceOptions } from '../../../src/demo/workspace/workspace-interface.ts'

export const ANNA = 'U0ANNA0001'
export const BEN = 'U0BEN00001'
export const DEPLOYS = 'C0DEPLOYS1'
export const PEOPLE: readonly DemoPerson[] = [
  { id: ANNA, name: 'anna', realName: 'Anna Vogel', email: 'anna@example.com', title: 'Release manager' },
  { id: BEN, name: 'ben', realName: 'Ben Okafor', email: 'ben@example.com', title: 'Site reliability' },
]
export const SIGNING_SECRET = 'a-signing-secret-of-the-tests'

export async function testWorkspace(options: Partial<WorkspaceOptions> = {}): Promise<Workspace> {
  return await startWorkspace({
    clock: realClock(),
    people: PEOPLE,
    channels: [
      { id: DEPLOYS, name: 'deploys', botIsMember: true },
      { id: 'C0RANDOM01', name: 'random', botIsMember: false },
    ],
    commands: ['/deploy'],
    transport: { kind: 'socket' },
    ...options,
  })
}

/** The app over Socket Mode, connected when this resolves. A lost connection is renewed after `clientPingTimeout` ms. */
export async function socketApp(workspace: Workspace, clientPingTimeout = 5_000): Promise<App> {
  const receiver = new SocketModeReceiver({
    appToken: workspace.appToken,
    clientPingTimeout,
    logLevel: LogLevel.ERROR,
    installerOptions: { clientOptions: { slackApiUrl: workspace.apiUrl } },
  })
  const app = bolt(workspace, { receiver })
  await app.init()
  await app.start()
  return app
}

/** The app as an HTTP server on a free port; the workspace is pointed at it. */
export async function httpApp(workspace: Workspace, signingSecret = SIGNING_SECRET): Promise<App> {
  const receiver = new HTTPReceiver({ signingSecret: SIGNING_SECRET, logLevel: LogLevel.ERROR })
  const app = bolt(workspace, { receiver })
  await app.init()
  const server = await receiver.start(0)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the app has no port')
  workspace.setTransport({ kind: 'http', requestUrl: `http://127.0.0.1:${address.port}/slack/events`, signingSecret })
  return app
}

function bolt(workspace: Workspace, { receiver }: { receiver: SocketModeReceiver | HTTPReceiver }): App {
  const app = new App({
    receiver,
    token: workspace.botToken,
    logLevel: LogLevel.ERROR,
    deferInitialization: true,
    clientOptions: { slackApiUrl: workspace.apiUrl, timeout: 5_000, retryConfig: { retries: 0 } },
  })
  register(app)
  return app
}

function register(app: App): void {
  app.command('/deploy', async ({ ack, command, client }) => {
    if (command.text === 'silent') return
    if (command.text === 'help') return await ack({ text: 'Type `/deploy api v2.0`' })
    if (command.text === 'aloud') return await ack({ text: 'For everybody', response_type: 'in_channel' })
    await ack()
    await client.chat.postMessage({ channel: command.channel_id, text: command.text, blocks: card(command.text, true) })
  })
  app.action('approve', async ({ ack, body, client, respond }) => {
    await ack()
    if (body.type !== 'block_actions' || !body.message || !body.channel) return
    const text = `approved by <@${body.user.id}>`
    await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text, blocks: card(text, false) })
    await client.chat.postMessage({ channel: body.channel.id, thread_ts: body.message.ts, text: 'In the thread' })
    await client.chat.postEphemeral({ channel: body.channel.id, user: body.user.id, text: 'Only you see this' })
    await respond({ text: 'By the response address', replace_original: false, response_type: 'ephemeral' })
  })
  app.action('reason', async ({ ack, body, client }) => {
    await ack()
    if (body.type === 'block_actions') await client.views.open({ trigger_id: body.trigger_id, view: REASON_VIEW })
  })
  app.view('reason', async ({ ack, view, body, client }) => {
    const reason = view.state.values.why?.text?.value ?? ''
    if (reason === 'no') return await ack({ response_action: 'errors', errors: { why: 'Say more than no.' } })
    await ack()
    await client.chat.postMessage({ channel: DEPLOYS, text: `${body.user.name} said: ${reason}` })
  })
}

export function card(text: string, withButtons: boolean) {
  const section = { type: 'section' as const, text: { type: 'mrkdwn' as const, text: `*${text}*` } }
  const approve = {
    type: 'button' as const,
    action_id: 'approve',
    style: 'primary' as const,
    value: 'record-1',
    text: { type: 'plain_text' as const, text: 'Approve' },
    confirm: {
      title: { type: 'plain_text' as const, text: 'Approve?' },
      text: { type: 'mrkdwn' as const, text: 'The first *production* traffic goes to v2.0.' },
      confirm: { type: 'plain_text' as const, text: 'Approve it' },
      deny: { type: 'plain_text' as const, text: 'Not now' },
    },
  }
  const reason = {
    type: 'button' as const,
    action_id: 'reason',
    text: { type: 'plain_text' as const, text: 'Abort ...' },
  }
  return withButtons ? [section, { type: 'actions' as const, elements: [approve, reason] }] : [section]
}

const REASON_VIEW = {
  type: 'modal' as const,
  callback_id: 'reason',
  title: { type: 'plain_text' as const, text: 'Abort' },
  submit: { type: 'plain_text' as const, text: 'Abort it' },
  close: { type: 'plain_text' as const, text: 'Keep going' },
  blocks: [
    {
      type: 'input' as const,
      block_id: 'why',
      label: { type: 'plain_text' as const, text: 'Why?' },
      element: { type: 'plain_text_input' as const, action_id: 'text', multiline: true },
    },
  ],
}
