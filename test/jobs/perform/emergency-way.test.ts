/** An emergency whose orderer was cut off is seen through by a worker that knows of it from the record. */
import { afterEach, describe, expect, it } from 'vitest'
import { at } from '../../../src/adapters/kubernetes/json.ts'
import type { Deployment } from '../../../src/playbook/deployment.ts'
import { emergencyDetail, emergencyId } from '../../../src/playbook/emergency.ts'
import { emergencyContext } from '../../../src/ports/emergency-context.ts'
import { recordThrough } from '../../../src/ports/ledger.ts'
import { exampleService } from '../../stories/example-services.ts'
import { brisk, openStage, type Stage } from '../../stories/stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const DEPLOYMENTS = '/apis/apps/v1/namespaces/production/deployments'
const signal = new AbortController().signal
const service = brisk(exampleService('api'))

async function reach(holds: (deployment: Deployment) => boolean) {
  const opened = await openStage({ services: [service] })
  stage = opened
  await opened.ask({ verb: 'deploy', service: 'api', version: 'v2.0', strategy: 'canary' }, 'requester')
  await opened.until(holds)
  const id = emergencyId('api', opened.clock.now())
  const by = { id: 'U0ANNA', name: 'Anna' }
  const event = { type: 'rollback-asked', by, reason: emergencyDetail('it burns'), emergency: id } as const
  const recorded = await recordThrough(opened.parts.store, 'api-1', opened.clock.now, () => ({ event }))
  if (!recorded.ok) throw new Error(recorded.refusal.what)
  return { stage: opened, id, deployment: recorded.value.deployment }
}

const ended = ({ status }: Deployment) => status === 'rolled-back'

describe('an emergency that was cut off', () => {
  it.each([
    ['at 25 %', (deployment: Deployment) => deployment.step === 'watch-25'],
    ['after promotion', (deployment: Deployment) => deployment.status === 'completed'],
  ])('before its first write is carried out by the worker, under its token (%s)', async (_, holds) => {
    const { stage: on, id } = await reach(holds)
    await on.until(ended)
    await on.pass(60_000)
    expect(on.world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
    const workload = await on.read(`${DEPLOYMENTS}/api`)
    expect(at(workload, 'metadata', 'annotations', 'tminus.dev/deployment')).toBe(id)
    expect(at(workload, 'metadata', 'annotations', 'tminus.dev/pin')).toBeUndefined()
    expect(await on.read(`${DEPLOYMENTS}/api-canary`)).toBeUndefined()
    expect(await on.read(`${DEPLOYMENTS}/api-previous`)).toBeUndefined()
  })
  it('after traffic was back is tidied, and a restore that wakes up then is refused', async () => {
    const { stage: on, id, deployment } = await reach(({ status }) => status === 'completed')
    const { cluster } = on.parts
    if (!deployment.pin) throw new Error('nothing is pinned')
    const context = emergencyContext(id, 'restore', signal)
    await cluster.restore(service, deployment.pin, true, context)
    await on.until(ended)
    const late = cluster.restore(service, deployment.pin, true, context)
    await expect(late).rejects.toMatchObject({ kind: 'fenced', by: id })
    expect(on.world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
  })
})
