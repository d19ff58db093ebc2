import { request } from 'undici'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Workspace } from '../../../src/demo/workspace/workspace-interface.ts'
import { ANNA, DEPLOYS, testWorkspace } from './tiny-app.ts'

let workspace: Workspace

beforeEach(async () => {
  workspace = await testWorkspace()
})

afterEach(() => workspace.stop())

async function say(headers: Readonly<Record<string, string>>): Promise<number> {
  const body = JSON.stringify({ userId: ANNA, channelId: DEPLOYS, text: 'hello' })
  const all = { 'content-type': 'application/json', ...headers }
  const response = await request(`${workspace.url}page/say`, { method: 'POST', headers: all, body })
  await response.body.dump()
  return response.statusCode
}

it('obeys its own page', async () => {
  expect(await say({ origin: workspace.url.slice(0, -1) })).toBe(200)
  expect(workspace.messages(DEPLOYS)).toHaveLength(1)
})

it('turns away other sites, other names for this machine, and forms', async () => {
  expect(await say({ origin: 'https://example.com' })).toBe(403)
  expect(await say({ host: 'example.com' })).toBe(403)
  expect(await say({ 'content-type': 'text/plain' })).toBe(403)
  expect(workspace.messages(DEPLOYS)).toEqual([])
})

it('answers nonsense with a reason', async () => {
  const post = async (path: string, body: string) => {
    const headers = { 'content-type': 'application/json' }
    const response = await request(`${workspace.url}page/${path}`, { method: 'POST', headers, body })
    return [response.statusCode, await response.body.json()]
  }
  expect(await post('say', '[]')).toEqual([400, { error: 'a JSON object is needed' }])
  expect(await post('nothing', '{}')).toEqual([404, { error: 'nothing here' }])
  expect(await post('say', '{"userId":"U0NOBODY01"}')).toEqual([400, { ok: false, error: 'no person U0NOBODY01' }])
  expect(await post('flip', '{"name":"x","on":true}')).toEqual([400, { ok: false, error: 'there is no side panel' }])
})

it('never tells the tokens to the page', async () => {
  const stream = await request(`${workspace.url}page/stream?as=${ANNA}`)
  for await (const chunk of stream.body) {
    const text = String(chunk)
    expect(text).toMatch(/^event: hello\n/)
    expect(text).not.toContain(workspace.botToken)
    expect(text).not.toContain(workspace.appToken)
    break
  }
})
