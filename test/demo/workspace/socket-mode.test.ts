import { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { Workspace } from '../../../src/demo/workspace/workspace-interface.ts'
import { ANNA, DEPLOYS, socketApp, testWorkspace } from './tiny-app.ts'

let workspace: Workspace

beforeEach(async () => {
  workspace = await testWorkspace()
})

afterEach(() => workspace.stop())

async function newAddress(): Promise<string> {
  const slack = new WebClient(workspace.appToken, { slackApiUrl: workspace.apiUrl })
  return String((await slack.apps.connections.open()).url)
}

/** A connection of the test's own, and the messages it gets, one by one. */
async function rawConnection() {
  const socket = new WebSocket(await newAddress())
  const queue: unknown[] = []
  const waiting: ((message: unknown) => void)[] = []
  socket.on('message', (data) => {
    const message: unknown = JSON.parse(String(data))
    const next = waiting.shift()
    if (next) next(message)
    else queue.push(message)
  })
  const next = () => {
    if (queue.length > 0) return Promise.resolve(queue.shift())
    return new Promise<unknown>((resolve) => waiting.push(resolve))
  }
  return { socket, next }
}

function envelopeId(message: unknown): string {
  if (typeof message === 'object' && message && 'envelope_id' in message) return String(message.envelope_id)
  throw new Error('no envelope')
}

it('says hello, and wraps a command in an envelope whose acknowledgement the person sees', async () => {
  const { socket, next } = await rawConnection()
  expect(await next()).toMatchObject({ type: 'hello', num_connections: 1 })
  const typed = workspace.command(ANNA, DEPLOYS, '/deploy <api> & v2.0')
  const envelope = await next()
  expect(envelope).toMatchObject({
    type: 'slash_commands',
    accepts_response_payload: true,
    payload: { command: '/deploy', text: '&lt;api&gt; &amp; v2.0', user_id: ANNA, channel_id: DEPLOYS },
  })
  socket.send(JSON.stringify({ envelope_id: envelopeId(envelope), payload: { text: 'understood' } }))
  expect(await typed).toMatchObject({ ok: true, shown: { text: 'understood', onlyFor: ANNA } })
})

it('takes each address once', async () => {
  const address = await newAddress()
  const first = new WebSocket(address)
  await workspace.connected()
  const second = new WebSocket(address)
  const [error] = await new Promise<Error[]>((resolve) => second.on('error', (reason) => resolve([reason])))
  expect(error?.message).toContain('401')
  first.close()
})

it('hands payloads to the connections in turn', async () => {
  const connections = [await rawConnection(), await rawConnection()]
  for (const { next } of connections) await next()
  for (const { socket, next } of connections) {
    const typed = workspace.command(ANNA, DEPLOYS, '/deploy x')
    socket.send(JSON.stringify({ envelope_id: envelopeId(await next()) }))
    expect((await typed).ok).toBe(true)
  }
})

it('sends the eleventh connection away', async () => {
  const connections = []
  for (let index = 0; index < 11; index++) connections.push(await rawConnection())
  expect(await connections[10]?.next()).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' })
})

it('repeats an event with the number of the attempt', async () => {
  const { socket, next } = await rawConnection()
  await next()
  const sent = workspace.event({ type: 'app_mention', text: 'hi' }, { id: 'Ev1', attempt: 2 })
  const envelope = await next()
  expect(envelope).toMatchObject({ type: 'events_api', retry_attempt: 2, payload: { event_id: 'Ev1' } })
  socket.send(JSON.stringify({ envelope_id: envelopeId(envelope) }))
  expect((await sent).ok).toBe(true)
})

it('lets a real Bolt app come back after a refresh and after a cut', async () => {
  const app = await socketApp(workspace, 500)
  try {
    for (const lose of [() => workspace.refreshConnections(), () => workspace.dropConnections()]) {
      const gone = workspace.requests().length
      lose()
      while (workspace.connections() > 0) await new Promise((resolve) => setImmediate(resolve))
      await workspace.connected()
      expect(workspace.requests().slice(gone)).toMatchObject([{ method: 'apps.connections.open' }])
      expect(await workspace.command(ANNA, DEPLOYS, '/deploy help')).toMatchObject({ ok: true })
    }
  } finally {
    await app.stop()
  }
})
