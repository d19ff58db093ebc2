/** Blue-green as it is lived through: whom the traffic meets at every moment, and what happens between the steps. */
import { afterEach, describe, expect, it } from 'vitest'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import { exampleService } from './example-services.ts'
import { openStage, type Stage } from './stage.ts'

const SERVICE = '/api/v1/namespaces/production/services'
const WORKLOAD = '/apis/apps/v1/namespaces/production/deployments'
const api = exampleService('api')
const quick = {
  ...api,
  blueGreen: { ...api.blueGreen, monitorMs: 2 * MINUTE },
  guard: { ...api.guard, pollMs: 60 * SECOND },
}

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

async function begin(service = quick): Promise<Stage> {
  stage = await openStage({ services: [service] })
  const intent = { verb: 'deploy', service: 'api', version: 'v2.0', strategy: 'blue-green' } as const
  expect(await stage.ask(intent, 'requester')).toMatchObject({ kind: 'done' })
  return stage
}

/** Versions that the Service's requests meet, one entry for each change; `nobody` where a request would have failed. */
function followTraffic({ world }: Stage): string[] {
  const met: string[] = []
  const look = () => {
    const shares = world.simulation.trafficShares('production', 'api')
    const whole = Object.values(shares).reduce((sum, share) => sum + share, 0)
    const now = whole > 0.999 ? Object.keys(shares).sort().join('+') : 'nobody'
    if (met.at(-1) !== now) met.push(now)
  }
  look()
  world.simulation.onChange(look)
  return met
}

const selectorOf = async (here: Stage) => {
  const found = await here.read(`${SERVICE}/api`)
  return found && typeof found === 'object' && 'spec' in found ? found.spec : undefined
}

describe('a blue-green deployment', () => {
  it('never leaves a request without an answer, and never mixes the versions: over, into the workload, away', async () => {
    const here = await begin()
    const met = followTraffic(here)
    const asked = await here.until((row) => row.step === 'approve-100')
    expect(asked.share).toEqual({ planned: 0, real: 0 })
    expect(met).toEqual(['v1.9'])
    await here.until((row) => row.status === 'completed')
    await here.until((row) => row.keepUntil === null)
    expect(met).toEqual(['v1.9', 'v2.0'])
    expect(await here.read(`${SERVICE}/api-preview`)).toBeUndefined()
    for (const extra of ['canary', 'previous']) expect(await here.read(`${WORKLOAD}/api-${extra}`)).toBeUndefined()
  })

  it('never leaves a request without an answer on the way back either', async () => {
    const here = await begin()
    const met = followTraffic(here)
    await here.until((row) => row.share.planned === 100)
    here.world.setFault('v2.0', 'errors', true)
    const ended = await here.until((row) => row.status === 'rolled-back')
    expect(met).toEqual(['v1.9', 'v2.0', 'v1.9'])
    expect(ended.goingBack?.hadTraffic).toBe(true)
    expect(await here.read(`${SERVICE}/api-preview`)).toBeUndefined()
  })

  it('goes back through the kept version after its end, and from there into the workload, without a gap', async () => {
    const here = await begin()
    await here.until((row) => row.status === 'completed')
    const met = followTraffic(here)
    expect(await here.ask({ verb: 'rollback', service: 'api' })).toMatchObject({ kind: 'done' })
    await here.until((row) => row.status === 'rolled-back')
    expect(met).toEqual(['v2.0', 'v1.9'])
    expect(await selectorOf(here)).toMatchObject({ selector: { app: 'api' } })
  })

  it('does not switch while a preview address does not answer, and ends without having touched traffic', async () => {
    const preview = ['http://api-preview.production/health']
    const here = await begin({ ...quick, blueGreen: { ...quick.blueGreen, preview } })
    const met = followTraffic(here)
    here.world.setFault('v2.0', 'errors', true)
    const ended = await here.until((row) => row.status === 'rolled-back')
    expect(ended.goingBack).toMatchObject({ trigger: 'step-failed', hadTraffic: false })
    expect(ended.goingBack?.detail).toContain('v2.0 answers behind Service api-preview” failed')
    expect(met).toEqual(['v1.9'])
    expect(here.loud().join('\n')).toContain('v1.9 never stopped serving')
  })

  it('asks the idle colour at its preview address, and nobody else', async () => {
    const preview = ['http://api-preview.production/health']
    const here = await begin({ ...quick, blueGreen: { ...quick.blueGreen, preview } })
    await here.until((row) => row.step === 'approve-100')
    const told = (await here.timeline()).map((row) => row.evidence ?? '').join('\n')
    expect(told).toContain('1 health address answered 2xx')
  })

  it('takes the traffic away at once when all new pods are unready, and gives it back when somebody resumes', async () => {
    const here = await begin()
    const met = followTraffic(here)
    await here.until((row) => row.step === 'watch-100')
    here.world.simulation.setSickness('v2.0', 'unready')
    const held = await here.until((row) => row.hold?.withdraw === 'done')
    expect(held.share).toEqual({ planned: 0, real: 0 })
    expect(met.at(-1)).toBe('v1.9')
    here.world.simulation.setSickness('v2.0', 'none')
    await here.pass(20 * SECOND)
    expect(await here.ask({ verb: 'resume', service: 'api' })).toMatchObject({ kind: 'done' })
    await here.until((row) => row.status === 'completed')
    expect(met.at(-1)).toBe('v2.0')
  })
})
