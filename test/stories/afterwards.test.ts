/** The day after: check-ins, the way back while it exists, and that no trace is left. */
import { afterEach, describe, expect, it } from 'vitest'
import { printMessage } from '../../src/bot/transcript.ts'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { HOUR, MINUTE } from '../../src/playbook/durations.ts'
import { exampleService } from './example-services.ts'
import { brisk, openStage, type Stage } from './stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const ended = ({ status }: Deployment) => status === 'completed' || status === 'rolled-back' || status === 'refused'

async function begin(name: string): Promise<Stage> {
  const opened = await openStage({ services: [brisk(exampleService(name))] })
  stage = opened
  return opened
}

async function run(opened: Stage, name: string, number = 1, version = 'v2.0'): Promise<Deployment> {
  expect((await opened.ask({ verb: 'deploy', service: name, version }, 'requester')).kind).toBe('done')
  return opened.until(ended, `${name}-${number}`)
}

describe('the check-in after an hour', () => {
  it('that finds something reaches the channel, with Roll back while there is a way back', async () => {
    const opened = await begin('api')
    expect((await run(opened, 'api')).status).toBe('completed')
    await opened.pass(40 * MINUTE)
    opened.world.setFault('v2.0', 'latency', true)
    await opened.pass(20 * MINUTE)
    expect(opened.loud().at(-1)).toContain('Check-in 1h after api v2.0')
    const card = opened.chat.edits.at(-1)?.message
    expect(card && printMessage(card)).toContain('[Roll back to v1.9]')
    expect(await opened.ask({ verb: 'rollback', service: 'api' })).toMatchObject({ kind: 'done' })
    const back = await opened.until((deployment) => deployment.status === 'rolled-back')
    expect(opened.world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
    expect(back.goingBack?.by?.name).toBe('Anna')
  })
  it('that finds nothing stays in the thread, and the old version goes', async () => {
    const opened = await begin('api')
    await run(opened, 'api')
    const before = opened.loud().length
    await opened.pass(61 * MINUTE)
    expect(opened.loud()).toHaveLength(before)
    expect(opened.chat.said.map((row) => row.text).join(' ')).toContain('Check-in 1h')
    expect(opened.world.simulation.pods('production').map((pod) => pod.version)).toEqual(Array(4).fill('v2.0'))
    expect(await opened.ask({ verb: 'rollback', service: 'api' })).toMatchObject({ kind: 'refused' })
  })
  it('that cannot ask the metrics says so, and the later ones are made', async () => {
    const opened = await begin('api')
    await run(opened, 'api')
    opened.world.store.setDown(true)
    await opened.pass(61 * MINUTE)
    opened.world.store.setDown(false)
    expect(opened.loud().at(-1)).toContain('Check-in 1h after api v2.0')
    await opened.pass(24 * HOUR)
    expect((await opened.load()).checkIns.map((row) => row.verdict)).toEqual(['no data', 'ok', 'ok'])
    expect(opened.chat.said.map((row) => row.text).join(' ')).toContain('Check-in 24h')
  })
})

interface Shown {
  readonly metadata: { readonly labels?: object; readonly annotations?: Record<string, string> }
  readonly spec: object
}

const BASE = '/apis/apps/v1/namespaces/production/deployments'

function withoutImage(object: unknown): object {
  const text = JSON.stringify((object as Shown).spec).replaceAll(/"image":"[^"]*"/g, '"image":"?"')
  return JSON.parse(text) as object
}

describe.each(['api', 'search'])('after a deployment of %s', (name) => {
  const paths = [
    `/api/v1/namespaces/production/services/${name}`,
    `/apis/autoscaling/v2/namespaces/production/horizontalpodautoscalers/${name}`,
    `/apis/policy/v1/namespaces/production/poddisruptionbudgets/${name}`,
    ...(name === 'search' ? ['/apis/networking.istio.io/v1/namespaces/production/virtualservices/search'] : []),
  ]
  it.each(['v2.0', 'v2.1'])('router, sizes, labels and every foreign field are as before (%s)', async (version) => {
    const opened = await begin(name)
    const workload = await opened.read(`${BASE}/${name}`)
    const before = await Promise.all(paths.map(async (path) => (await opened.read(path)) as Shown))
    if (version === 'v2.1') opened.world.setFault('v2.1', 'errors', true)
    const end = await run(opened, name, 1, version)
    expect(end.status).toBe(version === 'v2.1' ? 'rolled-back' : 'completed')
    await opened.pass(2 * HOUR)
    const after = await Promise.all(paths.map(async (path) => (await opened.read(path)) as Shown))
    for (const [place, object] of before.entries()) {
      expect(after[place]?.spec).toEqual(object.spec)
      expect(after[place]?.metadata.labels).toEqual(object.metadata.labels)
    }
    const then = (await opened.read(`${BASE}/${name}`)) as Shown
    expect(withoutImage(then)).toEqual(withoutImage(workload))
    expect(then.metadata.labels).toEqual((workload as Shown).metadata.labels)
    expect(await opened.read(`${BASE}/${name}-canary`)).toBeUndefined()
    expect(await opened.read(`${BASE}/${name}-previous`)).toBeUndefined()
  })
  it('the next one can be made at once, and goes back to the right version', async () => {
    const opened = await begin(name)
    await run(opened, name)
    await opened.pass(5 * MINUTE)
    opened.world.setFault('v2.1', 'errors', true)
    const second = await run(opened, name, 2, 'v2.1')
    expect(second).toMatchObject({ status: 'rolled-back', fromVersion: 'v2.0' })
    expect(opened.world.simulation.trafficShares('production', name)).toEqual({ 'v2.0': 1 })
  })
})
