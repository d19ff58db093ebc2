/** Slack away for a quarter of an hour in the middle of a deployment: it goes on without, and what was missed is told once. */
import { afterEach, describe, expect, it } from 'vitest'
import { type Deployment, isLive } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import { ChatError } from '../../src/ports/chat.ts'
import { exampleService } from './example-services.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const DOWN = new ChatError('late', 'http_503', 'Slack answers 503')
const ended = (deployment: Deployment) => !isLive(deployment)

/** At 5 %, watched, with Slack away from now on. */
async function withoutSlack(): Promise<Stage & { readonly before: number }> {
  stage = await openStage({ services: [exampleService('api')] })
  await stage.ask({ verb: 'deploy', service: 'api', version: 'v2.0' }, 'requester')
  await stage.until(({ step }) => step === 'watch-5')
  await stage.pass(MINUTE)
  stage.chat.setAway(DOWN)
  return { ...stage, before: stage.chat.said.length }
}

/** What was posted since, once Slack is back. */
async function cameBack({ chat, pass, before }: Awaited<ReturnType<typeof withoutSlack>>) {
  expect(chat.said).toHaveLength(before)
  chat.setAway(undefined)
  await pass(30 * SECOND)
  return chat.said.slice(before)
}

describe('Slack away for fifteen minutes', () => {
  it('does not keep a healthy release from going on; what was missed is one message', async () => {
    const town = await withoutSlack()
    await town.pass(15 * MINUTE)
    expect(await town.load()).toMatchObject({ status: 'running', share: { planned: 25 } })
    const [missed, ...more] = await cameBack(town)
    expect(more).toEqual([])
    expect(missed?.text).toMatch(/Told late, .* to .*: Slack or the bot was away. \d+ things happened to api-1/)
    expect(JSON.stringify(missed?.blocks)).toContain('25 % of the traffic is given to v2.0')
    expect(town.chat.edits.at(-1)?.message.text).toContain('20 % of traffic on the new version')
    expect(await town.until(ended)).toMatchObject({ status: 'completed', issues: [] })
  })

  it('does not keep a sick one from being taken out within a sample; the channel hears of it when Slack is back', async () => {
    const town = await withoutSlack()
    town.world.setFault('v2.0', 'errors', true)
    await town.pass(15 * MINUTE)
    const { status, goingBack } = await town.load()
    expect(status).toBe('rolled-back')
    expect(goingBack?.restoredAt ?? Infinity).toBeLessThan(town.clock.now() - 13 * MINUTE)
    const [missed, ...more] = await cameBack(town)
    expect(more).toEqual([])
    expect(missed).toMatchObject({ broadcast: true })
    expect(JSON.stringify(missed?.blocks)).toContain('Traffic is restored')
    expect(town.chat.edits.at(-1)?.message.text).toContain('Rolled back')
  })
})
