import { afterEach, beforeEach, expect, it } from 'vitest'
import { type SteppedClock, steppedClock } from '../../../src/adapters/clocks.ts'
import type { Workspace } from '../../../src/demo/workspace/workspace-interface.ts'
import { payloadServer } from './payload-server.ts'
import { ANNA, DEPLOYS, testWorkspace } from './tiny-app.ts'

let clock: SteppedClock
let workspace: Workspace
let server: Awaited<ReturnType<typeof payloadServer>>

beforeEach(async () => {
  clock = steppedClock(1_800_000_000_000)
  workspace = await testWorkspace({ clock })
  server = await payloadServer()
  workspace.setTransport({ kind: 'http', requestUrl: server.url, signingSecret: 'x' })
})

afterEach(async () => {
  await workspace.stop()
  await server.stop()
})

async function responseUrl(): Promise<string> {
  await workspace.command(ANNA, DEPLOYS, '/deploy x')
  return server.last().get('response_url') ?? ''
}

async function answer(url: string, body: object): Promise<number> {
  return (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).status
}

it('takes five answers, private unless told otherwise, then no more', async () => {
  const url = await responseUrl()
  expect(await answer(url, { text: 'one' })).toBe(200)
  expect(await answer(url, { text: 'two', response_type: 'in_channel' })).toBe(200)
  for (const text of ['three', 'four', 'five']) expect(await answer(url, { text })).toBe(200)
  expect(await answer(url, { text: 'six' })).toBe(404)
  expect(workspace.ephemerals(ANNA).map((message) => message.text)).toEqual(['one', 'three', 'four', 'five'])
  expect(workspace.messages(DEPLOYS).map((message) => message.text)).toEqual(['two'])
})

it('takes none after 30 minutes, and none that a method would refuse', async () => {
  const url = await responseUrl()
  expect(await answer(url, {})).toBe(400)
  clock.advanceTo(clock.now() + 30 * 60_000)
  expect(await answer(url, { text: 'in time' })).toBe(200)
  clock.advanceTo(clock.now() + 1)
  expect(await answer(url, { text: 'late' })).toBe(404)
})

it('replaces and deletes the message that was acted on, also one that only one person sees', async () => {
  const url = await responseUrl()
  await answer(url, { text: 'whisper' })
  const whisper = workspace.ephemerals(ANNA)[0]
  const at = { userId: ANNA, channelId: DEPLOYS, messageTs: whisper?.ts ?? '' }
  await workspace.click({ ...at, actionId: 'go', value: 'v' })
  const payload: unknown = JSON.parse(server.last().get('payload') ?? '')
  expect(payload).toMatchObject({
    type: 'block_actions',
    container: { is_ephemeral: true, channel_id: DEPLOYS },
    user: { id: ANNA, username: 'anna', team_id: workspace.teamId },
    actions: [{ action_id: 'go', value: 'v', type: 'button' }],
  })
  expect(payload).not.toHaveProperty('message')
  const again = typeof payload === 'object' && payload && 'response_url' in payload ? String(payload.response_url) : ''
  await answer(again, { text: 'changed', replace_original: true })
  expect(workspace.ephemerals(ANNA).map((message) => message.text)).toEqual(['changed'])
  await answer(again, { delete_original: true })
  expect(workspace.ephemerals(ANNA)).toEqual([])
})
