import { afterEach, describe, expect, it } from 'vitest'
import type { Workspace } from '../../src/demo/workspace/workspace-interface.ts'
import { type ChatUnderTest, chatContract } from '../contracts/chat-contract.ts'
import { DEPLOYS, portsOn, RANDOM, read, workspaceFor } from './slack-workspace.ts'

async function chatOn(workspace: Workspace): Promise<ChatUnderTest> {
  return {
    chat: portsOn(workspace).chat,
    channel: DEPLOYS,
    foreignChannel: RANDOM,
    texts: () => workspace.messages(DEPLOYS).map((message) => message.text),
    threadTexts: (ts) => workspace.thread(DEPLOYS, ts).map((message) => message.text),
    stop: () => workspace.stop(),
  }
}
chatContract('Slack', async () => chatOn(await workspaceFor()))

let open: Workspace | undefined
afterEach(async () => {
  await open?.stop()
  open = undefined
})
const begin = async (options: Parameters<typeof workspaceFor>[0] = {}) => {
  open = await workspaceFor(options)
  const ports = portsOn(open)
  const to = { channel: DEPLOYS, thread: null, broadcast: false, key: 'api-1/card' }
  const post = () => ports.chat.post({ text: 'hello', blocks: [] }, to)
  return { workspace: open, ...ports, to, post }
}

describe('Slack in trouble', () => {
  it('is late after a 429, for as long as it said, without asking again meanwhile', async () => {
    const { workspace, post } = await begin()
    workspace.setFault({ method: 'chat.postMessage', kind: '429', retryAfterS: 30, times: 1 })
    await expect(post()).rejects.toMatchObject({ kind: 'late', code: 'ratelimited', retryAfterMs: 30_000 })
    const before = workspace.requests().length
    await expect(post()).rejects.toMatchObject({ kind: 'late', code: 'ratelimited' })
    expect(workspace.requests().length).toBe(before)
  })
  it('is late after a 5xx and after a broken connection, and is asked once', async () => {
    const { workspace, post } = await begin()
    workspace.setFault({ method: 'chat.postMessage', kind: '500', times: 1 })
    await expect(post()).rejects.toMatchObject({ kind: 'late', code: 'http_500', retryAfterMs: null })
    workspace.setFault({ method: 'chat.postMessage', kind: 'down', times: 1 })
    await expect(post()).rejects.toMatchObject({ kind: 'late', code: 'request_error' })
    await expect(post()).resolves.toMatch(/^\d+\.\d+$/)
  })
  it('refuses once the token is revoked', async () => {
    const { workspace, post } = await begin()
    workspace.setFault({ kind: 'token_revoked' })
    await expect(post()).rejects.toMatchObject({ kind: 'refused', code: 'token_revoked' })
  })
})

describe('what Slack may not do', () => {
  it('finds nothing, without failing, where the history scope is missing', async () => {
    const { chat, post } = await begin({
      scopes: ['commands', 'chat:write', 'users:read', 'channels:read', 'groups:read'],
    })
    const ts = await post()
    expect(await chat.find('api-1/card', { channel: DEPLOYS, thread: null })).toBeUndefined()
    expect(await chat.find('api-1/0', { channel: DEPLOYS, thread: ts })).toBeUndefined()
  })
  it('shows no buttons in a channel shared with another organisation, and says why', async () => {
    const { workspace, chat, to } = await begin({
      channels: [{ id: DEPLOYS, name: 'deploys', botIsMember: true, isExtShared: true }],
    })
    const button = { type: 'button', action_id: 'abort', value: 'api-1|x', text: { type: 'plain_text', text: 'Abort' } }
    await chat.post({ text: 'hello', blocks: [{ type: 'actions', elements: [button] }] }, to)
    const shown = read(workspace.messages(DEPLOYS)[0])
    expect(shown).not.toContain('[Abort]')
    expect(shown).toContain('shared with another organisation')
  })
})

describe('people', () => {
  it.each([
    ['U0SAM', 'member'],
    ['U0GUEST', 'guest'],
    ['U0GONE', 'deleted'],
    ['U0BOT', 'bot'],
    ['U0OTHER', 'stranger'],
    ['U0NOBODY', 'stranger'],
  ])('%s is a %s', async (id, kind) => {
    const { people } = await begin()
    expect(await people.lookup(id)).toMatchObject({ id, kind })
  })
  it('are asked anew each time: somebody deactivated a moment ago is', async () => {
    const { workspace, people } = await begin()
    expect(await people.lookup('U0LEE')).toEqual({ id: 'U0LEE', name: 'lee', team: 'T0TMINUS01', kind: 'member' })
    workspace.setPerson({ id: 'U0LEE', name: 'lee', realName: 'Lee', deleted: true })
    expect(await people.lookup('U0LEE')).toMatchObject({ kind: 'deleted' })
  })
  it('cannot be asked when Slack is down', async () => {
    const { workspace, people } = await begin()
    workspace.setFault({ method: 'users.info', kind: '500' })
    await expect(people.lookup('U0LEE')).rejects.toMatchObject({ kind: 'late' })
  })
})
