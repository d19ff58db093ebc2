import type { App } from '@slack/bolt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { steppedClock } from '../../../src/adapters/clocks.ts'
import type { Workspace } from '../../../src/demo/workspace/workspace-interface.ts'
import { ANNA, BEN, DEPLOYS, httpApp, socketApp, testWorkspace } from './tiny-app.ts'
import { until } from './until.ts'

let workspace: Workspace
let app: App | undefined

beforeEach(async () => {
  workspace = await testWorkspace()
})

afterEach(async () => {
  await app?.stop()
  app = undefined
  await workspace.stop()
})

const transports = [
  ['Socket Mode', socketApp],
  ['signed HTTP', httpApp],
] as const

describe.each(transports)('a real Bolt app over %s', (_, start) => {
  it('answers a command, takes a click, edits its message and whispers', async () => {
    app = await start(workspace)
    expect(await workspace.command(ANNA, DEPLOYS, '/deploy api v2.0 canary')).toMatchObject({ ok: true })
    const card = await until(workspace, () => workspace.messages(DEPLOYS)[0])
    expect(card.text).toBe('api v2.0 canary')
    const clicked = await workspace.click({ userId: BEN, channelId: DEPLOYS, messageTs: card.ts, actionId: 'approve' })
    expect(clicked.ok).toBe(true)
    await until(workspace, () => workspace.ephemerals(BEN)[1])
    expect(workspace.messages(DEPLOYS).map((message) => message.text)).toEqual([`approved by <@${BEN}>`])
    expect(workspace.thread(DEPLOYS, card.ts).map((message) => message.text)[1]).toBe('In the thread')
    const whispers = workspace.ephemerals(BEN).map((message) => message.text)
    expect(whispers).toEqual(['Only you see this', 'By the response address'])
    expect(workspace.ephemerals(ANNA)).toEqual([])
  })

  it('opens a modal, is asked again after an error, and reads what was typed', async () => {
    app = await start(workspace)
    await workspace.command(ANNA, DEPLOYS, '/deploy api v2.0')
    const card = await until(workspace, () => workspace.messages(DEPLOYS)[0])
    await workspace.click({ userId: ANNA, channelId: DEPLOYS, messageTs: card.ts, actionId: 'reason' })
    await until(workspace, () => workspace.modal(ANNA))
    expect(await workspace.submitView({ userId: ANNA, values: {} })).toEqual({
      ok: false,
      errors: { why: 'Please complete this required field.' },
    })
    const no = await workspace.submitView({ userId: ANNA, values: typed('no') })
    expect(no.errors).toEqual({ why: 'Say more than no.' })
    expect(await workspace.submitView({ userId: ANNA, values: typed('too slow') })).toMatchObject({ ok: true })
    expect(workspace.modal(ANNA)).toBeUndefined()
    const said = await until(workspace, () => workspace.messages(DEPLOYS)[1])
    expect(said.text).toBe('anna said: too slow')
  })

  it('shows the text of an acknowledgement to the person alone, or to everybody when told so', async () => {
    app = await start(workspace)
    const help = await workspace.command(ANNA, DEPLOYS, '/deploy help')
    expect(help.shown).toMatchObject({ text: 'Type `/deploy api v2.0`', onlyFor: ANNA })
    await workspace.command(ANNA, DEPLOYS, '/deploy aloud')
    expect(workspace.messages(DEPLOYS).map((message) => message.text)).toEqual(['/deploy aloud', 'For everybody'])
  })
})

describe('when the app does not answer', () => {
  it('says dispatch_failed when nobody is connected', async () => {
    const outcome = await workspace.command(ANNA, DEPLOYS, '/deploy api v2.0')
    expect(outcome).toMatchObject({ ok: false, error: 'dispatch_failed' })
    expect(workspace.ephemerals(ANNA)[0]?.text).toBe('/deploy failed with the error "dispatch_failed"')
  })

  it('says operation_timeout after 3 s without an acknowledgement', async () => {
    const wall = steppedClock(1_800_000_000_000)
    const slow = await testWorkspace({ wall })
    const silent = await socketApp(slow)
    try {
      const typedLine = slow.command(ANNA, DEPLOYS, '/deploy silent')
      wall.advanceTo(wall.now() + 3_000)
      expect(await typedLine).toMatchObject({ ok: false, error: 'operation_timeout' })
      expect(slow.ephemerals(ANNA)[0]?.text).toBe('/deploy failed with the error "operation_timeout"')
    } finally {
      await silent.stop()
      await slow.stop()
    }
  })

  it('refuses requests whose signature the app does not accept', async () => {
    app = await httpApp(workspace, 'another secret')
    expect(await workspace.command(ANNA, DEPLOYS, '/deploy help')).toMatchObject({ error: 'dispatch_failed' })
  })

  it('names an unknown command as Slack does', async () => {
    const outcome = await workspace.command(ANNA, DEPLOYS, '/deplyo api')
    expect(outcome.shown?.text).toContain('`/deplyo` is not a valid command')
  })
})

function typed(value: string) {
  return { why: { text: { type: 'plain_text_input', value } } }
}
