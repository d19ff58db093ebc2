import { afterEach, describe, expect, it } from 'vitest'
import { realClock } from '../../src/adapters/clocks.ts'
import { startSlack } from '../../src/bot/app.ts'
import { drawCard } from '../../src/bot/views/card.ts'
import { signature } from '../../src/demo/workspace/signed-http.ts'
import type { Workspace } from '../../src/demo/workspace/workspace-interface.ts'
import type { Answer } from '../../src/handlers/ask.ts'
import { ChatError } from '../../src/ports/chat.ts'
import { StoreUnavailable } from '../../src/ports/store.ts'
import {
  botOn,
  DEPLOYS,
  LEE,
  portsOn,
  quietLog,
  RANDOM,
  read,
  SAM,
  SIGNING_SECRET,
  workspaceFor,
} from './slack-workspace.ts'
import { api, sampleDeployment, TWO_PM } from './views/sample-deployment.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
const done: Answer = (intent) => Promise.resolve({ kind: 'done', text: `did ${intent.verb}` })
const refusing: Answer = () =>
  Promise.resolve({
    kind: 'refused',
    refusal: {
      code: 'own-deployment',
      what: 'You asked for it.',
      traffic: 'Traffic is untouched.',
      next: 'Ask <@U0LEE>.',
    },
  })

async function begin(answer: Answer, options: Parameters<typeof workspaceFor>[0] = {}) {
  const workspace = await workspaceFor(options)
  closing.push(() => workspace.stop())
  const bot = await botOn(workspace, answer)
  closing.push(() => bot.stop())
  return { workspace, bot }
}

/** The card waits for approval; its buttons are what people press. */
async function postCard(workspace: Workspace): Promise<string> {
  const deployment = sampleDeployment({ step: 'approve-5', stepSince: TWO_PM })
  const card = drawCard({ deployment, now: TWO_PM, durations: [] })
  const to = { channel: DEPLOYS, thread: null, broadcast: false, key: 'api-42/card' }
  return portsOn(workspace).chat.post(card, to)
}
const press = (workspace: Workspace, messageTs: string, userId: string, actionId = 'approve') =>
  workspace.click({ userId, channelId: DEPLOYS, messageTs, actionId })

describe('a command', () => {
  it('becomes an intent of whoever typed it, answered in the acknowledgement, seen by them alone', async () => {
    const { workspace, bot } = await begin(done)
    const answered = await workspace.command(SAM, DEPLOYS, '/deploy api v2.0 canary')
    expect(bot.asked).toEqual([
      {
        intent: { verb: 'deploy', service: 'api', version: 'v2.0', strategy: 'canary' },
        asker: { id: SAM, team: 'T0TMINUS01', channel: DEPLOYS },
      },
    ])
    expect(read(answered.shown)).toBe('did deploy')
    expect(answered.shown?.onlyFor).toBe(SAM)
    expect(workspace.messages(DEPLOYS)).toEqual([])
  })
  it('that Slack escaped is read as it was typed', async () => {
    const { workspace, bot } = await begin(done)
    await workspace.command(SAM, DEPLOYS, '/deploy hold api <@U0LEE|lee> says &lt;stop&gt;')
    expect(bot.asked[0]?.intent).toMatchObject({ verb: 'hold', service: 'api' })
  })
  it('that is not understood never reaches a handler, and says why', async () => {
    const { workspace, bot } = await begin(done)
    const answered = await workspace.command(SAM, DEPLOYS, '/deploy apo v2.0')
    expect(read(answered.shown)).toContain('Did you mean `api`?')
    expect(bot.asked).toEqual([])
  })
  it('without words is help, even when nothing else works', async () => {
    const { workspace } = await begin(() => Promise.reject(new StoreUnavailable('down')))
    expect(read((await workspace.command(SAM, DEPLOYS, '/deploy')).shown)).toContain('/deploy api v2.0 canary')
    expect(read((await workspace.command(SAM, RANDOM, '/deploy help abort')).shown)).toContain('all traffic goes back')
  })
  it('is said to be not recorded when the store cannot be reached', async () => {
    const { workspace, bot } = await begin(() => Promise.reject(new StoreUnavailable('down')))
    const shown = read((await workspace.command(SAM, DEPLOYS, '/deploy abort api')).shown)
    expect(shown).toContain('Not recorded')
    expect(shown).toContain('Type it again')
    expect(shown).toContain('Code not-recorded')
    expect(bot.lines.join()).toContain('The store cannot be reached')
  })
  it('is said to be not recorded when Slack cannot say who asks', async () => {
    const { workspace } = await begin(() => Promise.reject(new ChatError('late', 'http_503', 'down')))
    expect(read((await workspace.command(SAM, DEPLOYS, '/deploy abort api')).shown)).toContain(
      'Slack could not be asked',
    )
  })
  it('that meets a bug of ours does not claim that nothing happened', async () => {
    const { workspace, bot } = await begin(() => Promise.reject(new TypeError('oops')))
    const shown = read((await workspace.command(SAM, DEPLOYS, '/deploy abort api')).shown)
    expect(shown).toContain('not known whether this was recorded')
    expect(shown).not.toContain('oops')
    expect(bot.lines.join()).toContain('this is a bug')
  })
  it('is not started where its card could not be posted', async () => {
    const { workspace, bot } = await begin(done)
    workspace.setBotInChannel(DEPLOYS, false)
    const shown = read((await workspace.command(SAM, RANDOM, '/deploy api v2.0')).shown)
    expect(shown).toContain('/invite @tminus')
    expect(bot.asked).toEqual([])
    workspace.setBotInChannel(DEPLOYS, true)
    expect(read((await workspace.command(SAM, RANDOM, '/deploy api v2.0')).shown)).toBe('did deploy')
  })
  it('that goes back works in whatever channel', async () => {
    const { workspace, bot } = await begin(done, {
      channels: [{ id: DEPLOYS, name: 'deploys', botIsMember: false, isExtShared: true }],
    })
    await workspace.command(SAM, DEPLOYS, '/deploy rollback api')
    expect(bot.asked).toHaveLength(1)
    expect(read((await workspace.command(SAM, DEPLOYS, '/deploy api v2.0')).shown)).toContain('Code channel-shared')
  })
})

describe('a button', () => {
  it('becomes an intent with the deployment and step it was drawn for; the card tells the rest', async () => {
    const { workspace, bot } = await begin(done)
    const ts = await postCard(workspace)
    expect(await press(workspace, ts, LEE)).toMatchObject({ ok: true })
    expect(bot.asked).toEqual([
      {
        intent: { verb: 'approve', service: 'api', card: { deployment: 'api-42', step: 'approve-5' } },
        asker: { id: LEE, team: 'T0TMINUS01', channel: DEPLOYS },
      },
    ])
    expect(workspace.ephemerals(LEE)).toEqual([])
  })
  it('that is refused says so to whoever pressed it, and to nobody else', async () => {
    const { workspace } = await begin(refusing)
    const ts = await postCard(workspace)
    await press(workspace, ts, SAM)
    const [answer] = await Promise.all([untilEphemeral(workspace, SAM)])
    expect(answer).toContain('You asked for it.')
    expect(answer).toContain('Code own-deployment')
    expect(workspace.messages(DEPLOYS)).toHaveLength(1)
  })
  it.each(['kubectl delete deploy api', 'api-42|watch-25|U0LEE', 'api|approve-5'])(
    'whose value is not ours reaches nobody: %s',
    async (value) => {
      const { workspace, bot } = await begin(done)
      const button = { type: 'button', action_id: 'approve', value, text: { type: 'plain_text', text: 'Approve' } }
      const blocks = [{ type: 'actions', elements: [button] }]
      const posted = await portsOn(workspace).web.call('chat.postMessage', { channel: DEPLOYS, text: 'card', blocks })
      await press(workspace, String(posted.ts), LEE)
      expect(await untilEphemeral(workspace, LEE)).toContain('not from a card of this bot')
      expect(bot.asked).toEqual([])
    },
  )
  it('pressed while the store is away is acknowledged and said to be not recorded', async () => {
    const { workspace } = await begin(() => Promise.reject(new StoreUnavailable('down')))
    const ts = await postCard(workspace)
    expect(await press(workspace, ts, LEE, 'abort')).toMatchObject({ ok: true })
    expect(await untilEphemeral(workspace, LEE)).toContain('Press again')
  })
  it('in a channel that became shared approves nothing, but still goes back', async () => {
    const { workspace, bot } = await begin(done, {
      channels: [{ id: DEPLOYS, name: 'deploys', botIsMember: true, isExtShared: true }],
    })
    const button = (actionId: string) => ({
      type: 'button',
      action_id: actionId,
      value: 'api-42|watch-25',
      text: { type: 'plain_text', text: actionId },
    })
    const blocks = [{ type: 'actions', elements: [button('approve'), button('abort')] }]
    const posted = await portsOn(workspace).web.call('chat.postMessage', { channel: DEPLOYS, text: 'card', blocks })
    await press(workspace, String(posted.ts), LEE)
    expect(await untilEphemeral(workspace, LEE)).toContain('Code channel-shared')
    await press(workspace, String(posted.ts), LEE, 'abort')
    expect(bot.asked.map(({ intent }) => intent.verb)).toEqual(['abort'])
  })
})

describe('Socket Mode', () => {
  const answers = (workspace: Workspace) =>
    expect.poll(async () => read((await workspace.command(SAM, DEPLOYS, '/deploy status')).shown), {
      interval: 10,
      timeout: 20_000,
    })
  async function connected(connections: number) {
    const workspace = await workspaceFor()
    closing.push(() => workspace.stop())
    const bot = await botOn(workspace, done, { socketPingTimeoutMs: 100, socketConnections: connections })
    closing.push(() => bot.stop())
    return { workspace, bot }
  }
  it('stands on two connections, and comes back after both broke', async () => {
    const { workspace } = await connected(2)
    expect(workspace.connections()).toBe(2)
    workspace.dropConnections()
    await answers(workspace).toBe('did status')
  })
  it('answers on without a gap while Slack renews its connections', async () => {
    const { workspace } = await connected(2)
    workspace.refreshConnections()
    await answers(workspace).toBe('did status')
  })
  it('keeps the process alive while Slack refuses the token, and comes back when it is taken again', async () => {
    const { workspace, bot } = await connected(1)
    const mended = workspace.setFault({ method: 'apps.connections.open', kind: 'token_revoked' })
    workspace.dropConnections()
    await expect.poll(() => bot.lines.join(), { interval: 5, timeout: 10_000 }).toContain('token_revoked')
    mended()
    await answers(workspace).toBe('did status')
  })
})

describe('signed HTTP', () => {
  async function listening(answer: Answer) {
    const workspace = await workspaceFor()
    closing.push(() => workspace.stop())
    const settings = { appToken: '', signingSecret: SIGNING_SECRET, port: 0, host: '127.0.0.1' }
    const bot = await botOn(workspace, answer, settings)
    closing.push(() => bot.stop())
    const url = `http://127.0.0.1:${bot.port}/slack/events`
    const send = (secret: string, ageS = 0, text = 'status') => {
      const body = new URLSearchParams({
        command: '/deploy',
        text,
        user_id: SAM,
        team_id: 'T0TMINUS01',
        channel_id: DEPLOYS,
      }).toString()
      const timestamp = Math.floor(realClock().now() / 1000) - ageS
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': String(timestamp),
        'x-slack-signature': signature(secret, timestamp, body),
      }
      return fetch(url, { method: 'POST', body, headers })
    }
    return { workspace, bot, url, send }
  }

  it('answers commands and buttons that Slack signed', async () => {
    const { workspace, bot, url } = await listening(done)
    workspace.setTransport({ kind: 'http', requestUrl: url, signingSecret: SIGNING_SECRET })
    expect(read((await workspace.command(SAM, DEPLOYS, '/deploy status')).shown)).toBe('did status')
    await press(workspace, await postCard(workspace), LEE)
    expect(bot.asked.map(({ intent }) => intent.verb)).toEqual(['status', 'approve'])
  })
  it('refuses a wrong signature, a missing one and an old timestamp with 401', async () => {
    const { bot, send, url } = await listening(done)
    expect((await send('another secret')).status).toBe(401)
    expect((await send('')).status).toBe(401)
    expect((await send(SIGNING_SECRET, 6 * 60)).status).toBe(401)
    expect((await fetch(url, { method: 'POST', body: 'command=%2Fdeploy' })).status).toBe(401)
    expect(bot.asked).toEqual([])
  })
  it('takes the same signed request once', async () => {
    const { bot, send } = await listening(done)
    expect(await (await send(SIGNING_SECRET, 1, 'status api')).text()).toContain('did status')
    expect(await (await send(SIGNING_SECRET, 1, 'status api')).text()).toBe('')
    expect(bot.asked).toHaveLength(1)
  })
})

describe('starting', () => {
  const start = (slack: object) =>
    startSlack({ answer: done, services: [api], log: quietLog().log, slack: { botToken: 'xoxb-1', ...slack } })
  it('refuses without a secret of either transport, and with an empty token', async () => {
    await expect(start({})).rejects.toThrow('SLACK_SIGNING_SECRET')
    await expect(start({ signingSecret: '  ' })).rejects.toThrow('SLACK_SIGNING_SECRET')
    await expect(start({ signingSecret: 's', botToken: '' })).rejects.toThrow('SLACK_BOT_TOKEN')
    await expect(start({ signingSecret: 's', allowedTeams: [] })).rejects.toThrow('allowed teams')
  })
  it('fails with a reason when Slack cannot be reached or refuses the token', async () => {
    await expect(start({ signingSecret: 's', apiUrl: 'http://127.0.0.1:1/api/' })).rejects.toMatchObject({
      kind: 'late',
    })
    const workspace = await workspaceFor()
    closing.push(() => workspace.stop())
    await expect(start({ signingSecret: 's', apiUrl: workspace.apiUrl })).rejects.toMatchObject({ kind: 'refused' })
  })
})

/** The newest private answer to this person, once there is one. */
function untilEphemeral(workspace: Workspace, user: string): Promise<string> {
  return new Promise((resolve) => {
    const look = () => {
      const newest = workspace.ephemerals(user).at(-1)
      if (newest === undefined) return
      stop()
      resolve(read(newest))
    }
    const stop = workspace.onChange(look)
    look()
  })
}
