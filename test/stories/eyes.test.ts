/** Eyes of its own, told as stories: what they bring forward, and what they may not do. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import type { Service } from '../../src/playbook/service.ts'
import { EYES } from '../playbook/fixtures.ts'
import { exampleServices } from './example-services.ts'
import { brisk, openStage, type Stage } from './stage.ts'

let stage: Stage

afterEach(() => stage.stop())

const withEyes = (over: Partial<Service> = {}) =>
  exampleServices().map((service) => ({ ...brisk(service), ...over, eyes: EYES }))

async function at25(services: readonly Service[]): Promise<Deployment> {
  stage = await openStage({ services })
  await stage.ask({ verb: 'deploy', service: 'api', version: 'v2.0', strategy: 'canary' }, 'requester')
  const deployment = await stage.until(({ share, step }) => share.planned === 25 && step === 'watch-25')
  // Past the first look, which knows nothing yet, and just past a sample of the metrics.
  await stage.pass(21 * SECOND)
  return deployment
}

async function restoredAfter(): Promise<number> {
  const begun = stage.clock.now()
  stage.world.setFault('v2.0', 'errors', true)
  const back = await stage.until(({ goingBack }) => goingBack?.restoredAt !== undefined)
  return (back.goingBack?.restoredAt ?? 0) - begun
}

describe('a version that begins to fail', () => {
  it('is left within 3 s with eyes, before the metrics are asked again, and not without', async () => {
    await at25(withEyes())
    expect(await restoredAfter()).toBeLessThanOrEqual(3 * SECOND)
    const told = stage.loud().join('\n')
    expect(told).toMatch(/Rolling back api to v1\.9: Error rate 1\d %: \d+ of \d+ requests in \d s failed, read from/)
    await stage.stop()
    await at25(exampleServices().map(brisk))
    expect(await restoredAfter()).toBeGreaterThan(3 * SECOND)
  })

  it('is left as soon when its pods replace the old ones in place', async () => {
    stage = await openStage({ services: withEyes() })
    await stage.ask({ verb: 'deploy', service: 'api', version: 'v2.0', strategy: 'rolling' }, 'requester')
    await stage.until(({ rolled, step }) => rolled?.wanted === 2 && step === 'watch-pod')
    await stage.pass(21 * SECOND)
    expect(await restoredAfter()).toBeLessThanOrEqual(3 * SECOND)
  })

  it('is left as soon while a person holds it', async () => {
    await at25(withEyes())
    await stage.ask({ verb: 'hold', service: 'api' })
    expect(await restoredAfter()).toBeLessThanOrEqual(3 * SECOND)
  })

  it('is left after it is complete, for the version that is kept', async () => {
    await at25(withEyes())
    await stage.until(({ status }) => status === 'completed')
    await stage.pass(10 * MINUTE)
    expect(await restoredAfter()).toBeLessThanOrEqual(3 * SECOND)
    expect((await stage.until(({ status }) => status === 'rolled-back')).goingBack?.trigger).toBe('critical')
  })

  it('waits for a person where the service asks, and says it once', async () => {
    await at25(withEyes({ onBreach: 'ask' }))
    stage.world.setFault('v2.0', 'errors', true)
    const held = await stage.until(({ status }) => status === 'holding')
    expect(held.hold).toMatchObject({ reason: 'critical' })
    await stage.pass(30 * SECOND)
    expect(stage.loud().filter((line) => line.includes('Threshold breach'))).toHaveLength(1)
    expect((await stage.until(({ status }) => status === 'rolled-back')).goingBack?.trigger).toBe('countdown')
  })
})

describe('eyes', () => {
  it('write nothing between two samples while all is well', async () => {
    await at25(withEyes())
    const { revision } = await stage.load()
    let saves = 0
    stage.onSave.push(() => {
      saves += 1
    })
    await stage.pass(8 * SECOND)
    expect(saves).toBe(0)
    expect((await stage.load()).revision).toBe(revision)
  })

  it('that see all well neither end a hold for want of data nor pass a gate', async () => {
    await at25(withEyes())
    stage.world.store.setDown(true)
    await stage.until(({ hold }) => hold?.reason === 'no-data')
    await stage.pass(10 * MINUTE)
    expect(await stage.load()).toMatchObject({ status: 'holding', share: { planned: 25 }, hold: { reason: 'no-data' } })
  })

  it('stop a release while the metrics store is down', async () => {
    await at25(withEyes())
    stage.world.store.setDown(true)
    await stage.until(({ hold }) => hold?.reason === 'no-data')
    expect(await restoredAfter()).toBeLessThanOrEqual(3 * SECOND)
  })

  it('that are shut by the API server leave the deployment to the metrics', async () => {
    await at25(withEyes())
    stage.world.simulation.setFault({ path: /\/proxy\//, answer: 403 })
    await stage.pass(5 * SECOND)
    expect(await restoredAfter()).toBeGreaterThan(3 * SECOND)
  })
})
