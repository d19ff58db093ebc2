/** An emergency while a blue-green deployment is live: its switch is not the router that the catalogue names. */
import { afterEach, describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/adapters/memory/memory-store.ts'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE } from '../../src/playbook/durations.ts'
import { exampleService } from './example-services.ts'
import { fromShell } from './shell-emergency.ts'
import { brisk, openStage, type Stage } from './stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const PRODUCTION = '/namespaces/production'
const KINDS = [
  `/apis/apps/v1${PRODUCTION}/deployments`,
  `/api/v1${PRODUCTION}/services`,
  `/apis/networking.istio.io/v1${PRODUCTION}/virtualservices`,
]

async function begin(name: string): Promise<{ here: Stage; before: Record<string, unknown> }> {
  const service = exampleService(name)
  const opened = await openStage({ services: [{ ...brisk(service), strategies: ['canary', 'blue-green'] }] })
  stage = opened
  const before = await specs(opened)
  const intent = { verb: 'deploy', service: name, version: 'v2.0', strategy: 'blue-green' } as const
  expect(await opened.ask(intent, 'requester')).toMatchObject({ kind: 'done' })
  return { here: opened, before }
}

/** spec of everything in the namespace, by name: what must be as before. */
async function specs(here: Stage): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const path of KINDS) {
    const { items } = JSON.parse(JSON.stringify(await here.read(path)))
    for (const item of items) found[`${path.split('/').at(-1)}/${item.metadata.name}`] = item.spec
  }
  return found
}

const shares = (here: Stage, name: string) => here.world.simulation.trafficShares('production', name)
const stepIs = (step: string) => (deployment: Deployment) => deployment.step === step

describe.each(['api', 'search'])('an emergency of %s, deployed blue-green', (name) => {
  const id = `${name}-1`
  it.each(['approve-100', 'watch-100'])('restores and leaves nothing behind at %s', async (step) => {
    const { here, before } = await begin(name)
    await here.until(stepIs(step), id)
    const { exit, text } = await fromShell(here, { store: memoryStore() }, undefined, '', name)
    expect(text).toContain('Traffic is restored: v1.9 has all of it')
    expect(exit).toBe(0)
    expect(shares(here, name)).toEqual({ 'v1.9': 1 })
    await here.pass(5 * MINUTE)
    expect(await specs(here)).toEqual(before)
    expect((await here.load(id)).status).toBe('rolled-back')
  })

  it('goes through the kept colour after the promotion', async () => {
    const { here, before } = await begin(name)
    await here.until((deployment) => deployment.status === 'completed', id)
    const { exit } = await fromShell(here, {}, undefined, '', name)
    expect(exit).toBe(0)
    expect(shares(here, name)).toEqual({ 'v1.9': 1 })
    await here.pass(5 * MINUTE)
    expect(await specs(here)).toEqual(before)
  })
})
