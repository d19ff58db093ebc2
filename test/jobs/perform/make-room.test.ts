/** A second deployment while the first can still go back. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../../src/playbook/deployment.ts'
import { exampleService } from '../../stories/example-services.ts'
import { brisk, openStage, type Stage } from '../../stories/stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const deploy = (version: string) => ({ verb: 'deploy', service: 'api', version }) as const
const PREVIOUS = '/apis/apps/v1/namespaces/production/deployments/api-previous'

async function afterTheFirst(): Promise<Stage> {
  stage = await openStage({ services: [brisk(exampleService('api'))] })
  await stage.ask(deploy('v2.0'), 'requester')
  await stage.until(({ status }) => status === 'completed')
  return stage
}

const rolledBack = ({ status }: Deployment) => status === 'rolled-back'

describe('the way back of the deployment before', () => {
  it('is not lost to a version that the registry does not have', async () => {
    const { ask, until } = await afterTheFirst()
    await ask(deploy('v9.9.9'), 'requester')
    await until(({ status }) => status === 'refused', 'api-2')
    const card = { deployment: 'api-1', step: 'journal' }
    expect((await ask({ verb: 'rollback', service: 'api', card })).kind).toBe('done')
    expect(await until(rolledBack)).toMatchObject({ goingBack: { trigger: 'rollback' } })
  })

  it('is open while the next one waits for its approval; that one then starts from what really runs', async () => {
    const { ask, until } = await afterTheFirst()
    await ask(deploy('v2.1'), 'requester')
    await until(({ step }) => step === 'approve-5', 'api-2')
    const card = { deployment: 'api-1', step: 'journal' }
    expect((await ask({ verb: 'rollback', service: 'api', card })).kind).toBe('done')
    await until(rolledBack)
    expect(await until(({ status }) => status === 'completed', 'api-2')).toMatchObject({ fromVersion: 'v1.9' })
  })

  it('makes room when the next one begins, which waits until the kept pods are gone', async () => {
    const { ask, until, read, timeline, world } = await afterTheFirst()
    expect(await read(PREVIOUS)).toBeDefined()
    await ask(deploy('v2.1'), 'requester')
    await until(({ step }) => step === 'start', 'api-2')
    expect(await read(PREVIOUS)).toBeUndefined()
    expect((await timeline()).filter((entry) => entry.type === 'superseded')).toHaveLength(1)
    expect(await until(({ status }) => status === 'completed', 'api-2')).toMatchObject({ fromVersion: 'v2.0' })
    expect(world.simulation.trafficShares('production', 'api')).toEqual({ 'v2.1': 1 })
  })
})
