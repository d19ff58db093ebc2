import type { App } from '@slack/bolt'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PanelSnapshot, PanelSource } from '../../../src/demo/workspace/panels.ts'
import type { Workspace } from '../../../src/demo/workspace/workspace-interface.ts'
import { buildPage, openBrowser } from './browser.ts'
import { ANNA, BEN, card, DEPLOYS, socketApp, testWorkspace } from './tiny-app.ts'
import { until } from './until.ts'

let built: Awaited<ReturnType<typeof buildPage>>
let browser: Awaited<ReturnType<typeof openBrowser>>
let workspace: Workspace
let app: App
let page: Page
let faults: string[]

beforeAll(async () => {
  built = await buildPage()
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  await built?.remove()
})

beforeEach(async () => {
  workspace = await testWorkspace({
    staticDir: built.folder,
    panels: panelSource(),
    hints: [{ line: '/deploy api v2.0 canary', description: 'Bring a new version out step by step' }],
  })
  app = await socketApp(workspace)
  page = await browser.context.newPage()
  page.setDefaultTimeout(8_000)
  faults = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (line) => {
    if (line.type() === 'error') faults.push(line.text())
  })
  await page.goto(`${workspace.url}?as=${ANNA}`)
})

afterEach(async () => {
  await page.close()
  await app.stop()
  await workspace.stop()
  expect(faults).toEqual([])
})

describe('the page of the local workspace', () => {
  it('takes a command from the hint list, asks before a button acts, and shows the edited message', async () => {
    const composer = page.getByRole('combobox', { name: /Message #deploys/ })
    await composer.fill('/dep')
    await composer.press('Tab')
    expect(await composer.inputValue()).toBe('/deploy api v2.0 canary')
    await composer.press('Enter')
    await page.getByRole('button', { name: 'Approve' }).click()
    const dialog = page.getByRole('dialog', { name: 'Approve?' })
    await dialog.getByRole('button', { name: 'Not now' }).click()
    expect(workspace.messages(DEPLOYS)[0]?.text).toBe('api v2.0 canary')
    await page.getByRole('button', { name: 'Approve' }).click()
    await dialog.getByRole('button', { name: 'Approve it' }).click()
    await page.getByText('approved by @Anna Vogel').waitFor()
    await page.getByText('Only you see this').waitFor()
    expect(await page.getByText('Only visible to you').count()).toBeGreaterThan(0)
    await page.getByRole('button', { name: /1 reply/ }).click()
    await page.getByRole('complementary', { name: 'Thread' }).getByText('In the thread').waitFor()
  })

  it('keeps asking while the message is edited: at 60 times the speed a card is, all the time', async () => {
    await workspace.command(ANNA, DEPLOYS, '/deploy api v2.0 canary')
    await page.getByRole('button', { name: 'Approve' }).click()
    const dialog = page.getByRole('dialog', { name: 'Approve?' })
    await dialog.waitFor()
    const ts = workspace.messages(DEPLOYS)[0]?.ts ?? ''
    for (const text of ['5 % of the way', '6 % of the way']) {
      await app.client.chat.update({ token: workspace.botToken, channel: DEPLOYS, ts, text, blocks: card(text, true) })
      await page.getByText(text).waitFor()
    }
    await dialog.getByRole('button', { name: 'Approve it' }).click()
    await page.getByText('approved by @Anna Vogel').waitFor()
  })

  it('opens a modal, shows what is missing under its field, and submits by keyboard', async () => {
    await workspace.command(ANNA, DEPLOYS, '/deploy api v2.0')
    await page.getByRole('button', { name: 'Abort ...' }).click()
    const modal = page.getByRole('dialog', { name: 'Abort' })
    await modal.getByRole('button', { name: 'Abort it' }).click()
    await modal.getByText('Please complete this required field.').waitFor()
    await modal.getByLabel('Why?').fill('too slow')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('anna said: too slow').waitFor()
    expect(await modal.count()).toBe(0)
  })

  it('keeps what is whispered to one person from another, and acts as whoever is chosen', async () => {
    await workspace.command(ANNA, DEPLOYS, '/deploy help')
    await page.getByText('Type /deploy api v2.0').waitFor()
    await page.getByRole('button', { name: /Ben Okafor/ }).click()
    await page.getByRole('combobox', { name: /as Ben Okafor/ }).fill('Hello <b>all</b> <!channel>')
    await page.keyboard.press('Enter')
    const said = await until(workspace, () => workspace.messages(DEPLOYS)[0])
    expect(said).toMatchObject({ user: BEN, text: 'Hello &lt;b&gt;all&lt;/b&gt; &lt;!channel&gt;' })
    await page.getByText('Hello <b>all</b> <!channel>').waitFor()
    expect(await page.locator('.mention').count()).toBe(0)
    expect(await page.getByText('Type /deploy api v2.0').count()).toBe(0)
  })

  it('shows the cluster beside the channel and makes the new version sick', async () => {
    const panel = page.getByRole('complementary', { name: 'Cluster' })
    await panel.getByText('25 % of traffic').waitFor()
    const errors = panel.getByRole('switch', { name: 'Answers with errors' })
    expect(await errors.getAttribute('aria-checked')).toBe('false')
    await errors.click()
    await panel.getByText('✕ critical').waitFor()
    expect(await errors.getAttribute('aria-checked')).toBe('true')
  })
})

/** One service in two versions; the one switch makes the error rate critical. */
function panelSource(): PanelSource {
  let isSick = false
  const listeners = new Set<() => void>()
  const snapshot = (): PanelSnapshot => ({
    services: [
      {
        name: 'api',
        versions: [
          { version: 'v1.9', share: 0.75, pods: [{ name: 'api-1', state: 'Running', restarts: 0 }] },
          { version: 'v2.0', share: 0.25, pods: [{ name: 'api-2', state: 'CrashLoopBackOff', restarts: 4 }] },
        ],
      },
    ],
    metrics: [
      {
        name: 'error-rate',
        label: 'Error rate',
        unit: '%',
        value: isSick ? 9 : 0.1,
        critical: 1,
        level: isSick ? 'critical' : 'ok',
        history: [0.1, 0.2, 0.1],
      },
    ],
    switches: [{ name: 'errors', label: 'Answers with errors', on: isSick }],
    clock: { nowMs: 1_800_000_000_000, factor: 60 },
  })
  return {
    snapshot,
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    flip: async (_name, on) => {
      isSick = on
      for (const listener of listeners) listener()
    },
  }
}
