/** The way back from places where little was done yet. */
import { afterEach, describe, expect, it } from 'vitest'
import { writeContext } from '../../../src/jobs/perform/result.ts'
import { performWayBack } from '../../../src/jobs/perform/way-back.ts'
import { type Cluster, ClusterError } from '../../../src/ports/cluster.ts'
import { exampleService } from '../../stories/example-services.ts'
import { brisk, openStage, type Stage } from '../../stories/stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const WORKLOAD = '/apis/apps/v1/namespaces/production/deployments/api'

/** Until the way back is about to be written down, which an API server in trouble keeps from happening. */
async function reachPin({ onSave, until, world }: Stage): Promise<void> {
  onSave.push(({ step }) => {
    if (step === 'pin') world.simulation.setFault({ answer: 500, times: 50 })
  })
  await until(({ step }) => step === 'pin')
  onSave.length = 0
  world.simulation.setFault(undefined)
}

/** Deploys, and rolls back after the end; what the way back waited for. */
async function backAfterTheEnd({ ask, until, onSave }: Stage): Promise<readonly (string | null)[]> {
  await ask({ verb: 'deploy', service: 'api', version: 'v2.0' }, 'requester')
  await until(({ status }) => status === 'completed')
  await ask({ verb: 'rollback', service: 'api' })
  const waited: (string | null)[] = []
  onSave.push(({ waitingFor }) => void waited.push(waitingFor))
  await until(({ status }) => status === 'rolled-back')
  return waited
}

describe('an abort while the way back is written down', () => {
  it('leaves no annotation behind, though the record never heard that it was written', async () => {
    const service = brisk(exampleService('api'))
    stage = await openStage({ services: [service] })
    await stage.ask({ verb: 'deploy', service: 'api', version: 'v2.0' }, 'requester')
    await reachPin(stage)
    const before = await stage.load()
    expect(before.step).toBe('pin')
    // What an interrupted worker did, and could not report.
    await stage.world.cluster.pin(service, writeContext(before, new AbortController().signal))
    expect(JSON.stringify(await stage.read(WORKLOAD))).toContain('tminus.dev/pin')
    await stage.ask({ verb: 'abort', service: 'api' })
    await stage.until(({ status }) => status === 'rolled-back')
    expect(JSON.stringify(await stage.read(WORKLOAD))).not.toContain('tminus.dev')
    expect(stage.loud().at(-1)).toContain('stopped before it had traffic')
  })

  it('that had not even begun ends as well', async () => {
    stage = await openStage({ services: [brisk(exampleService('api'))] })
    await stage.ask({ verb: 'deploy', service: 'api', version: 'v2.0' }, 'requester')
    await reachPin(stage)
    await stage.ask({ verb: 'abort', service: 'api' })
    await stage.until(({ status }) => status === 'rolled-back')
    expect(JSON.stringify(await stage.read(WORKLOAD))).not.toContain('tminus.dev')
  })
})

describe('the way back of an old version that was kept cold', () => {
  it('waits quietly for its pods, as long as they take their moment', async () => {
    stage = await openStage({ services: [{ ...brisk(exampleService('api')), keep: 'cold' }] })
    const waited = await backAfterTheEnd(stage)
    expect(waited).toContain('the pods of v1.9 start (none of 4 ready)')
    expect(stage.loud().join('\n')).not.toContain('not yet')
  })
})

describe('the way back of an old version that was kept warm', () => {
  it.each([
    ['deleted', 'DELETE', undefined],
    ['scaled to none', 'PATCH', { spec: { replicas: 0 } }],
  ])('and that somebody %s waits for its pods: until then the new ones serve', async (_how, method, body) => {
    stage = await openStage({ services: [brisk(exampleService('api'))] })
    const { world } = stage
    await stage.ask({ verb: 'deploy', service: 'api', version: 'v2.0' }, 'requester')
    await stage.until(({ status }) => status === 'completed')
    const answer = await fetch(`${world.simulation.url}${WORKLOAD}-previous`, {
      method,
      headers: { 'content-type': 'application/merge-patch+json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    expect(answer.status).toBe(200)
    await stage.pass(5_000)
    const fewest = { share: 1 }
    world.simulation.onChange(() => {
      const shares = Object.values(world.simulation.trafficShares('production', 'api'))
      fewest.share = Math.min(
        fewest.share,
        shares.reduce((sum, share) => sum + share, 0),
      )
    })
    await stage.ask({ verb: 'rollback', service: 'api' })
    await stage.until(({ status }) => status === 'rolled-back')
    expect(fewest.share).toBeCloseTo(1)
    expect(world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
  })
})

it('goes back to kept pods although nobody answers whether they are there', async () => {
  stage = await openStage({ services: [brisk(exampleService('api'))] })
  const { engine, world } = stage
  await stage.ask({ verb: 'deploy', service: 'api', version: 'v2.0' }, 'requester')
  const completed = await stage.until(({ status }) => status === 'completed')
  const restore = completed.plan.wayBack.find((step) => step.want.do === 'restore')
  if (!restore) throw new Error('the plan has no way back')
  const look: Cluster['look'] = (_, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new ClusterError('late', 'Could not list pods: no answer.')))
    })
  const unseeing = { ...engine, cluster: { ...engine.cluster, look } }
  await performWayBack(unseeing, completed, restore, new AbortController().signal)
  await stage.pass(5_000)
  expect(world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
})

describe('a way back from traffic', () => {
  it('tells what the health addresses answer then', async () => {
    const api = brisk(exampleService('api'))
    const [url] = api.health
    stage = await openStage({ services: [api] })
    await stage.ask({ verb: 'deploy', service: 'api', version: 'v2.0' }, 'requester')
    await stage.until(({ step }) => step === 'watch-25')
    await stage.ask({ verb: 'rollback', service: 'api' })
    await stage.until(({ status }) => status === 'rolled-back')
    const told = (await stage.timeline()).map((entry) => entry.text)
    expect(told).toContainEqual(expect.stringContaining(`had time to end. ${url} answers 200.`))
  })
})

describe('the way back after the promotion', () => {
  it('waits quietly while the workload takes its old form, as long as a rollout may', async () => {
    stage = await openStage({ services: [brisk(exampleService('api'))] })
    const waited = await backAfterTheEnd(stage)
    expect(waited).toContain('api takes its old form')
    const told = (await stage.timeline()).filter(({ audience }) => audience !== 'record')
    expect(told.map(({ text }) => text).join('\n')).not.toContain('not yet')
  })
})
