/** Deployments whose new pods fall ill, go missing, or only seem to. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import { exampleService } from './example-services.ts'
import { brisk, openStage, type Stage } from './stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const ended = ({ status }: Deployment) => status === 'completed' || status === 'rolled-back' || status === 'refused'
const at = (step: string) => (deployment: Deployment) => deployment.step === step && deployment.status === 'running'

async function deployed(name: string, percent: number): Promise<Stage> {
  const opened = await openStage({ services: [brisk(exampleService(name))] })
  stage = opened
  await opened.ask({ verb: 'deploy', service: name, version: 'v2.0' }, 'requester')
  await opened.until(at(`watch-${percent}`), `${name}-1`)
  return opened
}

const newPods = ({ world }: Stage) =>
  world.simulation.pods('production').filter((pod) => pod.version === 'v2.0' && !pod.terminating)

describe.each(['api', 'search'])('new pods of %s', (name) => {
  const id = `${name}-1`
  it('that are evicted are no crash', async () => {
    const { world, until, pass, load } = await deployed(name, 50)
    const [victim] = stage ? newPods(stage) : []
    world.simulation.evict('production', victim?.name ?? '')
    await pass(MINUTE)
    expect((await load(id)).status).toBe('running')
    const end = await until(ended, id)
    expect(end.status).toBe('completed')
    expect(end.issues).toEqual([])
  })
  it('of which one is unready: it holds, and goes back when that lasts', async () => {
    const { world, until, load, pass } = await deployed(name, 50)
    world.simulation.setSickness('v2.0', 'unready', { share: 0.4 })
    await pass(8 * SECOND)
    expect(await load(id)).toMatchObject({ status: 'holding', hold: { reason: 'unready' } })
    const end = await until(ended, id)
    expect(end).toMatchObject({ status: 'rolled-back', goingBack: { trigger: 'unready' } })
    expect(world.simulation.trafficShares('production', name)).toEqual({ 'v1.9': 1 })
  })
  it('of which one is unready for a moment: it goes on', async () => {
    const { world, until, load, pass } = await deployed(name, 50)
    world.simulation.setSickness('v2.0', 'unready', { share: 0.4 })
    await pass(6 * SECOND)
    world.simulation.setSickness('v2.0', 'none')
    await pass(MINUTE)
    expect((await load(id)).status).toBe('running')
    expect((await until(ended, id)).status).toBe('completed')
  })
  it('that are all unready lose the traffic at once, and get it back when somebody says so', async () => {
    const { world, until, load, pass, ask, loud } = await deployed(name, 50)
    world.simulation.setSickness('v2.0', 'unready')
    await pass(15 * SECOND)
    expect(await load(id)).toMatchObject({ status: 'holding', hold: { reason: 'unready', withdraw: 'done' } })
    expect(loud().join(' ')).toMatch(
      /All [34] new pods are unready, without a crash. The traffic of v2.0 is taken away now./,
    )
    expect(world.simulation.trafficShares('production', name)).toEqual({ 'v1.9': 1 })
    world.simulation.setSickness('v2.0', 'none')
    await pass(MINUTE)
    expect(await ask({ verb: 'resume', service: name })).toMatchObject({ kind: 'done' })
    const end = await until(ended, id)
    expect(end.status).toBe('completed')
    expect(world.simulation.trafficShares('production', name)).toEqual({ 'v2.0': 1 })
  })
  it('that are all unready and of which nobody speaks go back after the countdown', async () => {
    const { world, until, pass } = await deployed(name, 50)
    world.simulation.setSickness('v2.0', 'unready')
    await pass(4 * MINUTE)
    const end = await until(ended, id)
    expect(end).toMatchObject({ status: 'rolled-back', goingBack: { trigger: 'unready' } })
  })
  it('are not blamed for old pods that fell over long ago, and take their time to go when the workload is promoted', async () => {
    const opened = await openStage({ services: [brisk(exampleService(name))] })
    stage = opened
    const { world, until, pass, ask, read, load } = opened
    const path = `/apis/apps/v1/namespaces/production/deployments/${name}`
    const lifecycle = { preStop: { sleep: { seconds: 120 } } }
    const slow = { terminationGracePeriodSeconds: 300, containers: [{ name, lifecycle }] }
    const answer = await fetch(`${world.simulation.url}${path}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body: JSON.stringify({ spec: { template: { spec: slow } } }),
    })
    expect(answer.status).toBe(200)
    await pass(10 * MINUTE)
    world.simulation.setSickness('v1.9', 'crashloop', { share: 0.25 })
    await pass(MINUTE)
    world.simulation.setSickness('v1.9', 'none')
    await pass(10 * MINUTE)
    expect(JSON.stringify(await read('/api/v1/namespaces/production/pods'))).toContain('"exitCode":1')
    await ask({ verb: 'deploy', service: name, version: 'v2.0' }, 'requester')
    expect(await until(ended, id)).toMatchObject({ status: 'completed', issues: [] })
    await pass(6 * MINUTE)
    expect((await load(id)).status).toBe('completed')
  })
  it('that are bad go back while one of the old pods is unready', async () => {
    const { world, until } = await deployed(name, 50)
    world.simulation.setSickness('v1.9', 'unready', { share: 0.25 })
    world.setFault('v2.0', 'errors', true)
    const end = await until(ended, id)
    expect(end.status).toBe('rolled-back')
    expect(world.simulation.trafficShares('production', name)).toEqual({ 'v1.9': 1 })
  })
  it('that crash after completion, while the old version is kept, go back', async () => {
    const { world, until, pass, load } = await deployed(name, 100)
    await until(ended, id)
    await pass(10 * MINUTE)
    world.simulation.setSickness('v2.0', 'crashloop')
    await pass(5 * MINUTE)
    expect(await load(id)).toMatchObject({ status: 'rolled-back', goingBack: { trigger: 'crash' } })
    expect(world.simulation.trafficShares('production', name)).toEqual({ 'v1.9': 1 })
  })
  it('that never become ready go back after the time for a rollout', async () => {
    const opened = await openStage({ services: [brisk(exampleService(name))] })
    stage = opened
    opened.world.simulation.setSickness('v2.0', 'never-ready')
    await opened.ask({ verb: 'deploy', service: name, version: 'v2.0' }, 'requester')
    const end = await opened.until(ended, id)
    expect(end.status).toBe('rolled-back')
    expect(opened.world.simulation.trafficShares('production', name)).toEqual({ 'v1.9': 1 })
  })
  it('whose image cannot be pulled go back at once', async () => {
    const opened = await openStage({ services: [brisk(exampleService(name))] })
    stage = opened
    opened.world.simulation.setSickness('v2.0', 'image-pull')
    await opened.ask({ verb: 'deploy', service: name, version: 'v2.0' }, 'requester')
    const end = await opened.until(ended, id)
    expect(end.status).toBe('rolled-back')
    expect((end.goingBack?.restoredAt ?? Infinity) - end.createdAt).toBeLessThan(MINUTE)
  })
})
