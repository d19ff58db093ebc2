/** Deployments whose surroundings fail for a while: metrics, API server. */
import { afterEach, describe, expect, it } from 'vitest'
import type { ApiFault } from '../../src/demo/cluster/http/api-faults.ts'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import { locateStep } from '../../src/playbook/plan.ts'
import { exampleService } from './example-services.ts'
import { brisk, openStage, type Stage } from './stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const DEPLOY = { verb: 'deploy', service: 'api', version: 'v2.0' } as const

async function begin(services = [brisk(exampleService('api'))]): Promise<Stage> {
  stage = await openStage({ services, requestTimeoutMs: 200 })
  expect((await stage.ask({ ...DEPLOY, service: services[0]?.name ?? '' }, 'requester')).kind).toBe('done')
  return stage
}

const phaseOf = (deployment: Deployment) => locateStep(deployment.plan, deployment.step)?.phase
const has = (percent: number) => (deployment: Deployment) =>
  deployment.share.planned === percent && deployment.step === `watch-${percent}`
const ended = ({ status }: Deployment) => status !== 'running' && status !== 'holding' && status !== 'going-back'

describe('a second deployment', () => {
  it('of a live service is refused, and the live one goes on', async () => {
    const { until, ask } = await begin()
    await until(has(5))
    const reply = await ask({ ...DEPLOY, version: 'v2.1' })
    expect(reply).toMatchObject({ kind: 'refused', refusal: { code: 'service-busy' } })
    expect(await until(ended)).toMatchObject({ status: 'completed', version: 'v2.0' })
  })
})

describe('Prometheus away for ten minutes', () => {
  it('makes the deployment hold and tell once, and it goes on by itself when the data is back', async () => {
    const { world, until, pass, load, loud } = await begin([exampleService('api')])
    await until(has(25))
    await pass(3 * MINUTE)
    world.store.setDown(true)
    await pass(10 * MINUTE)
    expect(await load()).toMatchObject({ status: 'holding', hold: { reason: 'no-data' }, share: { planned: 25 } })
    world.store.setDown(false)
    await pass(30 * SECOND)
    expect(await load()).toMatchObject({ status: 'running', step: 'watch-25' })
    expect(await until(ended)).toMatchObject({ status: 'completed' })
    expect(loud().filter((text) => text.includes('No data'))).toHaveLength(1)
    expect(loud().join(' ')).not.toContain('Rolling back')
  })
  it('does not keep a crash from being seen, nor the way back from being gone', async () => {
    const { world, until, pass } = await begin()
    await until(has(25))
    world.store.setDown(true)
    await pass(MINUTE)
    world.simulation.setSickness('v2.0', 'crashloop')
    const back = await until(ended)
    expect(back).toMatchObject({ status: 'rolled-back', goingBack: { trigger: 'crash' } })
    expect(world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
  })
  it('from before the first pod: nothing is begun, and it says why', async () => {
    const { world, until, loud } = await begin()
    world.store.setDown(true)
    const end = await until(ended)
    expect(end).toMatchObject({ status: 'refused', pin: null })
    expect(loud().at(-1)).toContain('Prometheus')
    expect(world.simulation.pods('production').map((pod) => pod.version)).toEqual(Array(4).fill('v1.9'))
  })
})

/** Each with the requests that it can meet; a conflict answers writes. */
const FAULTS: readonly [string, ApiFault][] = [
  ['409 to writes', { answer: 409, method: 'PATCH', times: 2 }],
  ['409 to replacements', { answer: 409, method: 'PUT', times: 2 }],
  ['429', { answer: 429, times: 4, retryAfterSeconds: 2 }],
  ['500', { answer: 500, times: 4 }],
  ['503', { answer: 503, times: 20 }],
  ['no answer', { answer: 'hang', times: 3 }],
  ['a broken connection', { answer: 'disconnect', times: 6 }],
]

const cases = (names: readonly string[]) =>
  FAULTS.flatMap(([what, fault]) => names.map((name) => ({ what, fault, name })))

describe('the API server', () => {
  it.each(cases(['search']))('answers $what at the start of each phase: $name goes on', async ({ fault, name }) => {
    const { world, onSave, until } = await begin([brisk(exampleService(name))])
    world.simulation.setFault(fault)
    const met: (string | undefined)[] = ['preflight']
    onSave.push((deployment) => {
      const phase = phaseOf(deployment)
      if (deployment.status !== 'running' || met.includes(phase)) return
      met.push(phase)
      world.simulation.setFault(fault)
    })
    const end = await until(ended, `${name}-1`)
    expect(end.issues).toEqual([])
    expect(end.status).toBe('completed')
    expect(met).toEqual(['preflight', 'deploy', 'route', 'health', 'load', 'monitor', 'finalize'])
    expect(world.simulation.trafficShares('production', name)).toEqual({ 'v2.0': 1 })
  })
  it.each(cases(['api', 'search']))(
    'answers $what on the way back of $name: traffic is restored',
    async ({ fault, name }) => {
      const { world, onSave, until } = await begin([brisk(exampleService(name))])
      await until(has(25), `${name}-1`)
      const steps = new Set<number>()
      onSave.push(({ goingBack, status }) => {
        if (status !== 'going-back' || !goingBack || steps.has(goingBack.step)) return
        steps.add(goingBack.step)
        world.simulation.setFault(fault)
      })
      world.setFault('v2.0', 'errors', true)
      const end = await until(ended, `${name}-1`)
      expect(end.status).toBe('rolled-back')
      expect(steps.size).toBe(3)
      expect(world.simulation.trafficShares('production', name)).toEqual({ 'v1.9': 1 })
    },
  )
})

describe('an API server that nobody can reach', () => {
  const AWAY: ApiFault = { answer: 'disconnect' }
  const lines = async ({ timeline }: Stage, words: string) =>
    (await timeline()).filter((entry) => entry.text.includes(words)).map((entry) => entry.audience)

  /** Its guard looks as often as it does in life. */
  const watchful = (name: string) => ({ ...brisk(exampleService(name)), guard: exampleService(name).guard })

  it('for half a minute is told once, and once more when it is back; nothing else changes', async () => {
    const opened = await begin([watchful('api')])
    const { world, until, pass } = opened
    await until(has(25))
    world.simulation.setFault(AWAY)
    await pass(30 * SECOND)
    world.simulation.setFault(undefined)
    const end = await until(ended)
    expect(end.status).toBe('completed')
    expect(await lines(opened, 'The cluster has not been seen for 15 s')).toEqual(['thread'])
    expect(await lines(opened, 'The cluster is seen again')).toEqual(['thread'])
  })

  it('for ten minutes: it holds at its share, and goes on by itself; nobody rolled back a healthy release', async () => {
    const { world, until, pass, load, loud } = await begin([watchful('api')])
    await until(has(25))
    world.simulation.setFault(AWAY)
    await pass(10 * MINUTE)
    expect(await load()).toMatchObject({ status: 'holding', hold: { reason: 'blind' }, share: { planned: 25 } })
    world.simulation.setFault(undefined)
    const end = await until(ended)
    expect(end).toMatchObject({ status: 'completed', goingBack: null })
    expect(loud().filter((text) => text.includes('the cluster has not been seen'))).toHaveLength(1)
    expect(world.simulation.trafficShares('production', 'api')).toEqual({ 'v2.0': 1 })
  })

  it('while a share is about to be given: that step waits with the rest, whatever its deadline', async () => {
    const { world, onSave, until, pass, load } = await begin([watchful('search')])
    onSave.push(({ step }) => {
      if (step === 'route-50') world.simulation.setFault(AWAY)
    })
    await until(({ step }) => step === 'route-50', 'search-1')
    await pass(10 * MINUTE)
    expect(await load('search-1')).toMatchObject({ status: 'holding', step: 'route-50', share: { planned: 25 } })
    onSave.length = 0
    world.simulation.setFault(undefined)
    expect(await until(ended, 'search-1')).toMatchObject({ status: 'completed', goingBack: null })
  })

  it('that only hides the pods passes no gate, and a breach still goes back', async () => {
    const { world, until, pass, load } = await begin([watchful('search')])
    await until(has(25), 'search-1')
    world.simulation.setFault({ answer: 403, method: 'GET', path: /\/pods/ })
    await pass(10 * MINUTE)
    expect(await load('search-1')).toMatchObject({ status: 'holding', hold: { reason: 'blind' }, step: 'watch-25' })
    world.setFault('v2.0', 'errors', true)
    const back = await until(({ goingBack }) => goingBack?.restoredAt !== undefined, 'search-1')
    expect(back.goingBack).toMatchObject({ trigger: 'critical' })
    expect(world.simulation.trafficShares('production', 'search')).toEqual({ 'v1.9': 1 })
  })
})
