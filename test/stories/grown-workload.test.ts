/** An HPA makes the old version larger while people are waited for: the new one takes the traffic with as many pods. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import type { Service, Strategy } from '../../src/playbook/service.ts'
import { exampleService } from './example-services.ts'
import { brisk, openStage, type Stage } from './stage.ts'

const WORKLOAD = '/apis/apps/v1/namespaces/production/deployments/api'
const SCALERS = '/apis/autoscaling/v2/namespaces/production/horizontalpodautoscalers'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const ended = ({ status }: Deployment) => status === 'completed' || status === 'rolled-back' || status === 'refused'

async function send({ world }: Stage, method: string, path: string, body?: unknown): Promise<void> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const answer = await fetch(`${world.simulation.url}${path}`, {
    method,
    headers: { 'content-type': type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`)
}

/** The api with 4 pods, which its HPA keeps between 2 and 8. */
async function begin(strategy: Strategy, keep: Service['keep'] = 'warm'): Promise<Stage> {
  const api = brisk(exampleService('api'))
  const blueGreen = { ...api.blueGreen, monitorMs: 2 * MINUTE }
  const here = await openStage({ services: [{ ...api, blueGreen, keep }] })
  stage = here
  await send(here, 'PATCH', `${SCALERS}/api`, { spec: { minReplicas: 2, maxReplicas: 8 } })
  await here.ask({ verb: 'deploy', service: 'api', version: 'v2.0', strategy }, 'requester')
  return here
}

const minimum = async (here: Stage) => {
  const { spec } = JSON.parse(JSON.stringify(await here.read(`${SCALERS}/api`)))
  return spec.minReplicas
}

const serving = ({ world }: Stage, version: string) =>
  world.simulation.pods('production').filter((pod) => pod.version === version && pod.ready && !pod.terminating).length

describe.each(['canary', 'blue-green'] as const)(
  'a workload that its HPA made larger during a %s deployment',
  (strategy) => {
    it('is matched by the new version before that gets everything, and by what is kept of the old one', async () => {
      const here = await begin(strategy)
      await here.until((row) => row.step === (strategy === 'canary' ? 'watch-50' : 'approve-100'))
      await send(here, 'PATCH', WORKLOAD, { spec: { replicas: 7 } })
      const full = await here.until((row) => row.step === 'watch-100')
      expect(full.pin?.replicas).toBe(7)
      expect(serving(here, 'v2.0')).toBe(7)
      // The old ones have no load any more: without their minimum the HPA would take them away.
      expect(await minimum(here)).toBe(7)
      const end = await here.until(ended)
      expect(end).toMatchObject({ status: 'completed', issues: [] })
      expect(await minimum(here)).toBe(2)
      expect(serving(here, 'v1.9')).toBe(7)
    })
  },
)

describe('a workload that its HPA made larger after the end', () => {
  it.each(['warm', 'cold'] as const)('goes back to as many pods of the old version, kept %s', async (keep) => {
    const here = await begin('canary', keep)
    await here.until(ended)
    await send(here, 'PATCH', WORKLOAD, { spec: { replicas: 7 } })
    await here.pass(MINUTE)
    expect([serving(here, 'v2.0'), serving(here, 'v1.9')]).toEqual([7, keep === 'warm' ? 4 : 0])
    await here.ask({ verb: 'rollback', service: 'api' })
    await here.until(({ goingBack }) => goingBack?.restoredAt !== undefined)
    await here.pass(20 * SECOND)
    expect((await here.load()).status).toBe('going-back')
    expect(serving(here, 'v1.9')).toBe(7)
    expect((await here.until(({ status }) => status === 'rolled-back')).issues).toEqual([])
  })
})

describe('an HPA that is deleted in the middle of a deployment', () => {
  it.each(['forward', 'back'])('does not keep it from its end (%s)', async (way) => {
    const here = await begin('canary')
    await here.until((row) => row.step === 'watch-25' && row.status === 'running')
    await send(here, 'DELETE', `${SCALERS}/api`)
    await here.pass(5 * SECOND)
    if (way === 'back') await here.ask({ verb: 'rollback', service: 'api' })
    const end = await here.until((row) => ended(row) || row.status === 'holding')
    expect(end.status).toBe(way === 'back' ? 'rolled-back' : 'completed')
    expect(serving(here, way === 'back' ? 'v1.9' : 'v2.0')).toBe(4)
  })
})
