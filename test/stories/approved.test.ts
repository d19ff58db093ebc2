/** What people agreed to is what runs, and how little of the channel that takes. */
import { afterEach, describe, expect, it } from 'vitest'
import { HOUR } from '../../src/playbook/durations.ts'
import { exampleService } from './example-services.ts'
import { brisk, openStage, type Stage } from './stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

async function begin(): Promise<Stage> {
  const opened = await openStage({ services: [brisk(exampleService('api'))] })
  stage = opened
  expect((await opened.ask({ verb: 'deploy', service: 'api', version: 'v2.0' }, 'requester')).kind).toBe('done')
  return opened
}

const DEPLOYMENTS = '/apis/apps/v1/namespaces/production/deployments'

async function imageOf(opened: Stage, name: string): Promise<string> {
  return JSON.stringify(await opened.read(`${DEPLOYMENTS}/${name}`)).match(/"image":"([^"]+v2\.0[^"]*)"/)?.[1] ?? ''
}

describe('the image that was approved', () => {
  it('is the one that runs, whatever its tag says by then', async () => {
    const opened = await begin()
    const { digest } = await opened.until(({ step }) => step === 'approve-5')
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    const asked = opened.chat.said.find((row) => row.text.includes('Approval needed'))
    expect(JSON.stringify(asked?.blocks)).toContain(digest?.slice(0, 19))
    await opened.until(({ step }) => step === 'watch-5')
    expect(await imageOf(opened, 'api-canary')).toBe(`registry.example.com/shop/api:v2.0@${digest}`)
    await opened.until(({ status }) => status === 'completed')
    expect(await imageOf(opened, 'api')).toBe(`registry.example.com/shop/api:v2.0@${digest}`)
  })
})

describe('a deployment without trouble', () => {
  it('takes three messages of the channel: the card, the question, the outcome', async () => {
    const opened = await begin()
    await opened.until(({ status }) => status === 'completed')
    await opened.pass(25 * HOUR)
    expect(opened.chat.said.filter(({ thread }) => thread === null)).toHaveLength(1)
    expect(opened.loud()).toEqual([
      expect.stringContaining('Approval needed'),
      expect.stringContaining('api v2.0 is deployed'),
    ])
  })
})
