/** Rolling as it is lived through: whom the traffic meets, how many pods serve it, and what happens between the batches. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import type { Service } from '../../src/playbook/service.ts'
import { exampleService } from './example-services.ts'
import { openStage, type Stage } from './stage.ts'

const WORKLOAD = '/apis/apps/v1/namespaces/production/deployments/api'
const FRONT = '/api/v1/namespaces/production/services/api'
const api = exampleService('api')
const quick: Service = {
  ...api,
  rolling: { ...api.rolling, observeMs: 2 * MINUTE, monitorMs: 2 * MINUTE },
  guard: { ...api.guard, pollMs: 60 * SECOND },
}

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

async function begin(service = quick): Promise<Stage> {
  stage = await openStage({ services: [service] })
  const intent = { verb: 'deploy', service: 'api', version: 'v2.0', strategy: 'rolling' } as const
  expect(await stage.ask(intent, 'requester')).toMatchObject({ kind: 'done' })
  return stage
}

const atPod = (here: Stage, pod: number) =>
  here.until(({ step, rolled }) => step === 'watch-pod' && rolled?.wanted === pod)

/** Fewest ready pods behind the Service at any moment, and the shares of the new version that were met. */
function follow({ world }: Stage) {
  const seen = { fewest: Number.POSITIVE_INFINITY, unanswered: false, shares: new Set<number>() }
  const look = () => {
    const shares = world.simulation.trafficShares('production', 'api')
    const whole = Object.values(shares).reduce((sum, share) => sum + share, 0)
    seen.unanswered ||= whole < 0.999
    seen.fewest = Math.min(seen.fewest, world.pods(quick).filter((pod) => pod.ready && !pod.terminating).length)
    seen.shares.add(Math.round((shares['v2.0'] ?? 0) * 100))
  }
  look()
  world.simulation.onChange(look)
  return seen
}

const fieldOf = async (here: Stage, path: string, field: string) => {
  const found = await here.read(path)
  return found && typeof found === 'object' ? Reflect.get(found, field) : undefined
}

describe('a rolling deployment', () => {
  it('never has fewer ready pods than before, nor a request without an answer, and leaves only another image', async () => {
    const here = await begin()
    const before = JSON.stringify(await fieldOf(here, WORKLOAD, 'spec'))
    const seen = follow(here)
    await here.until((row) => row.status === 'completed')
    await here.until((row) => row.keepUntil === null)
    expect(seen).toMatchObject({ fewest: 4, unanswered: false })
    expect([...seen.shares].filter((share) => [0, 20, 40, 60, 80, 100].includes(share))).toHaveLength(6)
    const after = JSON.stringify(await fieldOf(here, WORKLOAD, 'spec'))
    expect(
      after.replace(/api:v2\.0@sha256:[0-9a-f]+/, 'api:v1.9').replace('"version":"v2.0"', '"version":"v1.9"'),
    ).toBe(before)
  })

  it('goes back in the middle without a request unanswered, and leaves no trace', async () => {
    const here = await begin()
    const before = JSON.stringify(await fieldOf(here, WORKLOAD, 'spec'))
    const seen = follow(here)
    await atPod(here, 3)
    here.world.setFault('v2.0', 'errors', true)
    const ended = await here.until((row) => row.status === 'rolled-back')
    expect(seen.unanswered).toBe(false)
    expect(ended.goingBack).toMatchObject({ trigger: 'critical', hadTraffic: true })
    expect(JSON.stringify(await fieldOf(here, WORKLOAD, 'spec'))).toBe(before)
    expect(await fieldOf(here, FRONT, 'spec')).toMatchObject({ selector: { app: 'api' } })
    expect(JSON.stringify(await fieldOf(here, FRONT, 'spec'))).not.toContain('pod-template-hash')
  })

  it('goes back after its end, when the old pods have to start first, without a request unanswered', async () => {
    const here = await begin()
    await here.until((row) => row.status === 'completed')
    const seen = follow(here)
    expect(await here.ask({ verb: 'rollback', service: 'api' })).toMatchObject({ kind: 'done' })
    await here.until((row) => row.status === 'rolled-back')
    expect(seen.unanswered).toBe(false)
    expect(here.world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
  })

  it('keeps the traffic on its old pods when somebody undoes that while requests still drain', async () => {
    const here = await begin()
    await here.until((row) => row.step === 'watch-100')
    expect(await here.ask({ verb: 'rollback', service: 'api' })).toMatchObject({ kind: 'done' })
    await here.until((row) => row.goingBack?.restoredAt !== undefined)
    const response = await fetch(`${here.world.simulation.url}${FRONT}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ spec: { selector: { app: 'api', 'pod-template-hash': 'of-nobody' } } }),
    })
    expect(response.status).toBe(200)
    await here.pass(5 * SECOND)
    expect((await here.load()).status).toBe('going-back')
    expect(here.world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
    await here.until((row) => row.status === 'rolled-back')
    expect(here.world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
  })

  it('takes the traffic away at once when all new pods are unready, and gives it back to them when somebody resumes', async () => {
    const here = await begin()
    await atPod(here, 2)
    here.world.simulation.setSickness('v2.0', 'unready')
    const held = await here.until((row) => row.hold?.withdraw === 'done')
    expect(held.share.planned).toBe(0)
    here.world.simulation.setSickness('v2.0', 'none')
    await here.pass(20 * SECOND)
    // Ready again, and yet without traffic until somebody says so.
    expect(here.world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
    expect(await here.ask({ verb: 'resume', service: 'api' })).toMatchObject({ kind: 'done' })
    const again = await atPod(here, 2)
    expect(again.share.real).toBe(40)
    await here.until((row) => row.status === 'completed')
  })

  it.each([
    ['watched', (row: Deployment) => row.step === 'watch-pod' && row.rolled?.wanted === 2],
    ['on its way to the first pod', (row: Deployment) => row.step === 'roll' && row.rolled?.hash !== null],
  ])(
    '%s, holds for the old image that somebody wrote back, and goes on from there when told to',
    async (_when, then) => {
      const here = await begin()
      await here.until(then)
      const { template } = Object(await fieldOf(here, WORKLOAD, 'spec'))
      const [container] = template.spec.containers
      const undone = { spec: { containers: [{ ...container, image: `${api.image}:v1.9` }] } }
      const response = await fetch(`${here.world.simulation.url}${WORKLOAD}?fieldManager=kubectl-rollout`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ spec: { template: undone } }),
      })
      expect(response.status).toBe(200)
      await here.pass(5 * SECOND)
      expect(await here.load()).toMatchObject({
        status: 'holding',
        hold: { reason: 'changed' },
        meddled: { changes: [{ field: 'image', found: `${api.image}:v1.9`, by: { manager: 'kubectl-rollout' } }] },
      })
      expect(await here.ask({ verb: 'resume', service: 'api' })).toMatchObject({ kind: 'done' })
      expect((await here.until((row) => row.status !== 'running')).status).toBe('completed')
      expect(here.world.simulation.trafficShares('production', 'api')).toEqual({ 'v2.0': 1 })
    },
  )

  it('rolls a workload that grows meanwhile to its new size', async () => {
    const here = await begin()
    await atPod(here, 2)
    const response = await fetch(`${here.world.simulation.url}${WORKLOAD}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ spec: { replicas: 6 } }),
    })
    expect(response.status).toBe(200)
    const last = await here.until((row) => row.step === 'watch-100')
    expect(last.rolled).toMatchObject({ wanted: 6, of: 6 })
    const ended = await here.until((row) => row.status === 'completed')
    expect(ended.pods?.ready).toBe(6)
  })

  it('tells the card which pod it is at, and how far that is', async () => {
    const here = await begin()
    await atPod(here, 3)
    await here.pass(45 * SECOND)
    const card = JSON.stringify(here.chat.edits.at(-1)?.message)
    expect(card).toContain('pod 3 of 4 runs v2.0, watched for 2 min')
    expect(card).toContain('60 % on v2.0')
    expect(card).toContain('at least 10 min planned')
  })
})
