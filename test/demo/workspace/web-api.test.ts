import { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SteppedClock, steppedClock } from '../../../src/adapters/clocks.ts'
import type { Workspace } from '../../../src/demo/workspace/workspace-interface.ts'
import { ANNA, BEN, DEPLOYS, PEOPLE, testWorkspace } from './tiny-app.ts'

const ELSEWHERE = 'C0RANDOM01'
let clock: SteppedClock
let workspace: Workspace
let slack: WebClient

beforeEach(async () => {
  clock = steppedClock(1_800_000_000_000)
  const people = [
    ...PEOPLE,
    {
      id: 'U0GUEST001',
      name: 'guest',
      realName: 'A Guest',
      isRestricted: true,
      teamId: 'T0OTHER001',
      isStranger: true,
    },
  ]
  const groups = [{ id: 'S0SRE00001', handle: 'sre', users: [BEN, ANNA] }]
  workspace = await testWorkspace({ clock, people, groups })
  slack = client(workspace.botToken)
})

afterEach(() => workspace.stop())

function client(token?: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: workspace.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  })
}

/** The error code with which Slack refused. */
async function refused(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => 'it was taken',
    (reason: unknown) => reason,
  )
  if (error instanceof Error && 'data' in error && typeof error.data === 'object' && error.data !== null) {
    return 'error' in error.data ? error.data.error : error
  }
  return error
}

describe('tokens', () => {
  it('are asked for, known, of the right kind, and sometimes revoked', async () => {
    expect(await refused(client().auth.test())).toBe('not_authed')
    expect(await refused(client('xoxb-somebody-else').auth.test())).toBe('invalid_auth')
    expect(await refused(slack.apps.connections.open())).toBe('not_allowed_token_type')
    expect(await slack.auth.test()).toMatchObject({ ok: true, user_id: workspace.botUserId, team_id: workspace.teamId })
    const clear = workspace.setFault({ kind: 'token_revoked' })
    expect(await refused(slack.auth.test())).toBe('token_revoked')
    clear()
    expect((await slack.auth.test()).ok).toBe(true)
  })

  it('need the scope of the method', async () => {
    await workspace.stop()
    workspace = await testWorkspace({ clock, scopes: ['chat:write'] })
    slack = client(workspace.botToken)
    expect((await slack.chat.postMessage({ channel: DEPLOYS, text: 'x' })).ok).toBe(true)
    expect(await refused(slack.conversations.history({ channel: DEPLOYS }))).toBe('missing_scope')
  })
})

describe('messages', () => {
  it('are posted, found with their metadata, edited, and deleted', async () => {
    const metadata = { event_type: 'card', event_payload: { id: 'd-1' } }
    const root = await slack.chat.postMessage({ channel: '#deploys', text: 'root', metadata })
    const ts = String(root.ts)
    await slack.chat.postMessage({ channel: DEPLOYS, text: 'quiet', thread_ts: ts })
    await slack.chat.postMessage({ channel: DEPLOYS, text: 'loud', thread_ts: ts, reply_broadcast: true })
    const history = await slack.conversations.history({ channel: DEPLOYS, include_all_metadata: true })
    expect(history.messages?.map((message) => message.text)).toEqual(['loud', 'root'])
    expect(history.messages?.[1]).toMatchObject({ metadata, reply_count: 2, bot_id: 'B0TMINUS01' })
    const bare = await slack.conversations.replies({ channel: DEPLOYS, ts })
    expect(bare.messages?.map((message) => message.text)).toEqual(['root', 'quiet', 'loud'])
    expect(bare.messages?.[0]).not.toHaveProperty('metadata')
    await slack.chat.update({ channel: DEPLOYS, ts, text: 'edited' })
    expect(workspace.messages(DEPLOYS)[0]).toMatchObject({ text: 'edited', metadata, edited: true })
    const link = await slack.chat.getPermalink({ channel: DEPLOYS, message_ts: ts })
    expect(link.permalink).toBe(`${workspace.url}archives/${DEPLOYS}/p${ts.replace('.', '')}`)
    await slack.chat.delete({ channel: DEPLOYS, ts })
    expect(await refused(slack.chat.update({ channel: DEPLOYS, ts, text: 'x' }))).toBe('message_not_found')
  })

  it('lose their blocks when an edit has only a text, and carry no mark when it has blocks', async () => {
    const blocks = [{ type: 'divider' as const }]
    const { ts = '' } = await slack.chat.postMessage({ channel: DEPLOYS, text: 'x', blocks })
    await slack.chat.update({ channel: DEPLOYS, ts, text: 'y', blocks })
    expect(workspace.messages(DEPLOYS)[0]).not.toHaveProperty('edited')
    await slack.chat.update({ channel: DEPLOYS, ts, text: 'z' })
    expect(workspace.messages(DEPLOYS)[0]).not.toHaveProperty('blocks')
  })

  it('are refused with Slack’s own codes', async () => {
    const theirs = await workspace.say(ANNA, DEPLOYS, 'mine')
    const post = (more: object) => refused(slack.chat.postMessage({ channel: DEPLOYS, text: 'x', ...more }))
    expect(await post({ channel: 'C0NOWHERE1' })).toBe('channel_not_found')
    expect(await post({ channel: ELSEWHERE })).toBe('not_in_channel')
    expect(await post({ thread_ts: '1700000000.000001' })).toBe('thread_not_found')
    expect(await post({ blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3_001) } }] })).toBe(
      'invalid_blocks',
    )
    const update = (ts: string, text: string) => refused(slack.chat.update({ channel: DEPLOYS, ts, text }))
    expect(await update('1700000000.000001', 'x')).toBe('message_not_found')
    expect(await update(theirs.ts, 'x')).toBe('cant_update_message')
    expect(await refused(slack.chat.delete({ channel: DEPLOYS, ts: theirs.ts }))).toBe('cant_delete_message')
    expect(await refused(slack.apiCall('chat.nonsense'))).toBe('unknown_method')
    expect(await refused(slack.chat.postEphemeral({ channel: DEPLOYS, user: 'U0NOBODY01', text: 'x' }))).toBe(
      'user_not_found',
    )
    expect(await refused(slack.reactions.add({ channel: DEPLOYS, timestamp: theirs.ts, name: 'eyes' }))).toBe(
      'it was taken',
    )
    expect(await refused(slack.reactions.add({ channel: DEPLOYS, timestamp: theirs.ts, name: 'eyes' }))).toBe(
      'already_reacted',
    )
  })
})

describe('faults', () => {
  it('are met as often as said: 429 with its retry-after, 500, a cut connection', async () => {
    workspace.setFault({ method: 'chat.postMessage', kind: '429', times: 1, retryAfterS: 7 })
    const post = () => slack.chat.postMessage({ channel: DEPLOYS, text: 'x' })
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 })
    workspace.setFault({ method: 'chat.postMessage', kind: '500', times: 1 })
    await expect(post()).rejects.toMatchObject({ statusCode: 500 })
    workspace.setFault({ kind: 'down', times: 1 })
    await expect(post()).rejects.toThrow()
    workspace.setFault({ kind: 'not_in_channel', times: 1 })
    expect(await refused(post())).toBe('not_in_channel')
    expect((await post()).ok).toBe(true)
    expect(workspace.messages(DEPLOYS)).toHaveLength(1)
    expect(workspace.requests().map((request) => request.result.ok)).toEqual([false, false, false, false, true])
    expect(JSON.stringify(workspace.requests())).not.toContain(workspace.botToken)
  })
})

describe('people and channels', () => {
  it('are described with the flags that decide who may approve', async () => {
    const guest = await slack.users.info({ user: 'U0GUEST001' })
    expect(guest.user).toMatchObject({ is_restricted: true, is_stranger: true, team_id: 'T0OTHER001', deleted: false })
    workspace.setPerson({ id: BEN, name: 'ben', realName: 'Ben Okafor', deleted: true })
    expect((await slack.users.info({ user: BEN })).user).toMatchObject({ deleted: true })
    expect((await slack.usergroups.users.list({ usergroup: 'S0SRE00001' })).users).toEqual([ANNA])
    expect((await slack.users.lookupByEmail({ email: 'Anna@example.com' })).user?.id).toBe(ANNA)
    expect(await refused(slack.users.lookupByEmail({ email: 'nobody@example.com' }))).toBe('users_not_found')
    expect(await refused(slack.users.info({ user: 'U0NOBODY01' }))).toBe('user_not_found')
    const members = await slack.conversations.members({ channel: DEPLOYS, limit: 2 })
    expect(members).toMatchObject({ members: [ANNA, BEN], response_metadata: { next_cursor: '2' } })
  })

  it('let the bot join', async () => {
    expect((await slack.conversations.info({ channel: ELSEWHERE })).channel?.is_member).toBe(false)
    await slack.conversations.join({ channel: ELSEWHERE })
    expect((await slack.conversations.info({ channel: ELSEWHERE })).channel?.is_member).toBe(true)
  })
})

describe('files', () => {
  it('are uploaded in three steps and served without the right to run', async () => {
    const { ts = '' } = await slack.chat.postMessage({ channel: DEPLOYS, text: 'root' })
    await slack.filesUploadV2({
      channel_id: DEPLOYS,
      thread_ts: ts,
      initial_comment: 'the chart',
      file_uploads: [{ file: Buffer.from('<svg/>'), filename: 'chart.svg', title: 'Chart' }],
    })
    const shared = workspace.thread(DEPLOYS, ts)[1]
    expect(shared).toMatchObject({ text: 'the chart', files: [{ title: 'Chart', mimetype: 'image/svg+xml', size: 6 }] })
    const response = await fetch(String(shared?.files?.[0]?.url_private))
    expect(await response.text()).toBe('<svg/>')
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
  })
})

describe('modals', () => {
  const view = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'Hi' }, blocks: [] }

  it('open with a fresh trigger, once, and App Homes are published for one person', async () => {
    expect(await refused(slack.views.open({ trigger_id: '1.2.x', view }))).toBe('invalid_trigger_id')
    await slack.views.publish({ user_id: ANNA, view: { type: 'home', blocks: [{ type: 'divider' }] } })
    expect(workspace.home(ANNA)?.view).toMatchObject({ type: 'home' })
    expect(workspace.home(BEN)).toBeUndefined()
  })
})
