/** The looks of the day after, when the next deployment does not wait for them. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { HOUR, MINUTE } from '../../src/playbook/durations.ts'
import { exampleService } from '../stories/example-services.ts'
import { brisk, openStage, type Stage } from '../stories/stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const completed = ({ status }: Deployment) => status === 'completed'
const deploy = (version: string) => ({ verb: 'deploy', service: 'api', version }) as const

describe('a check-in of a version that was replaced', () => {
  it('is dropped with a word and the report, instead of measuring the next version', async () => {
    stage = await openStage({ services: [brisk(exampleService('api'))] })
    await stage.ask(deploy('v2.0'), 'requester')
    await stage.until(completed)
    await stage.ask(deploy('v2.1'), 'requester')
    await stage.until(completed, 'api-2')
    await stage.pass(HOUR)
    const said = (await stage.timeline('api-1')).filter((entry) => entry.type === 'replaced')
    expect(said).toHaveLength(1)
    expect(said[0]).toMatchObject({ audience: 'thread' })
    expect(said[0]?.text).toContain('api-2 put v2.1 in the place of v2.0')
    expect(said[0]?.evidence).toContain('DEPLOYMENT REPORT')
    expect((await stage.load('api-1')).checkIns).toEqual([])
    expect((await stage.load('api-2')).checkIns.map((row) => row.verdict)).toEqual(['ok', undefined, undefined])
  })

  it('still comes when the next deployment was refused', async () => {
    stage = await openStage({ services: [brisk(exampleService('api'))] })
    await stage.ask(deploy('v2.0'), 'requester')
    await stage.until(completed)
    await stage.ask(deploy('v9.9.9'), 'requester')
    await stage.until(({ status }) => status === 'refused', 'api-2')
    await stage.pass(HOUR + MINUTE)
    expect((await stage.load('api-1')).checkIns[0]).toMatchObject({ name: '1h', verdict: 'ok' })
  })
})
