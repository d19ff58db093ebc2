/** Redis failed over to a replica that had not heard of the last saves: the record is older than what it wrote on the cluster. */
import { afterEach, expect, it } from 'vitest'
import { type Deployment, isLive } from '../../src/playbook/deployment.ts'
import { exampleService } from './example-services.ts'
import { brisk, openStage, type Stage } from './stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const ID = 'search-1'
const at = (step: string) => (deployment: Deployment) => deployment.step === step

async function begin(): Promise<Stage> {
  stage = await openStage({ services: [brisk(exampleService('search'))] })
  await stage.ask({ verb: 'deploy', service: 'search', version: 'v2.0' }, 'requester')
  return stage
}

/** Everything after `old` is forgotten by the store; the cluster keeps it. */
async function failOver({ parts, load }: Stage, old: Deployment): Promise<void> {
  const { revision } = await load(ID)
  expect(revision).toBeGreaterThan(old.revision + 3)
  expect(await parts.store.save(old, [], revision)).toBe('saved')
}

it('goes back by itself within seconds when a share was given of which the record knows nothing', async () => {
  const on = await begin()
  const old = await on.until(at('watch-5'), ID)
  await on.until(at('watch-25'), ID)
  await failOver(on, old)
  const end = await on.until((deployment) => !isLive(deployment), ID)
  expect(end).toMatchObject({ status: 'rolled-back', goingBack: { trigger: 'step-failed' } })
  const { since = 0, restoredAt = Infinity } = end.goingBack ?? {}
  expect(restoredAt - since).toBeLessThan(3_000)
  expect(on.world.simulation.trafficShares('production', 'search')).toEqual({ 'v1.9': 1 })
  expect(on.loud().filter((text) => text.includes('not yet'))).toEqual([])
})

it('goes back anew when it had been restored already and the record knows nothing of it', async () => {
  const on = await begin()
  const old = await on.until(at('watch-25'), ID)
  on.world.setFault('v2.0', 'errors', true)
  await on.until(({ goingBack }) => (goingBack?.step ?? 0) > 0, ID)
  await failOver(on, { ...old, revision: old.revision - 2 })
  const end = await on.until((deployment) => !isLive(deployment), ID)
  expect(end).toMatchObject({ status: 'rolled-back', goingBack: { trigger: 'critical' } })
  expect(on.world.simulation.trafficShares('production', 'search')).toEqual({ 'v1.9': 1 })
})
