/** Somebody else writes what a live deployment owns: it is named and held, never fought; the way back is not held up. */
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

const DEPLOYMENTS = '/apis/apps/v1/namespaces/production/deployments'
const SERVICES = '/api/v1/namespaces/production/services'
const ROUTES = '/apis/networking.istio.io/v1/namespaces/production/virtualservices'

const ended = ({ status }: Deployment) => status === 'completed' || status === 'rolled-back' || status === 'refused'
const at = (step: string) => (deployment: Deployment) => deployment.step === step && deployment.status === 'running'

async function begin(name: string, strategy: 'canary' | 'blue-green' = 'canary'): Promise<Stage> {
  const opened = await openStage({ services: [brisk(exampleService(name))] })
  stage = opened
  await opened.ask({ verb: 'deploy', service: name, version: 'v2.0', strategy }, 'requester')
  return opened
}

/** A merge patch under another manager's name. */
async function patchAs({ world }: Stage, manager: string, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${world.simulation.url}${path}?fieldManager=${manager}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`)
}

/** The route as its owner's source says it: everything to the old version. */
async function revertRoute(here: Stage, name: string, weights = [100, 0]): Promise<void> {
  const route = JSON.stringify(await here.read(`${ROUTES}/${name}`))
  const { spec } = JSON.parse(route)
  for (const http of spec.http) for (const [index, row] of http.route.entries()) row.weight = weights[index] ?? 0
  await patchAs(here, 'argocd-controller', `${ROUTES}/${name}`, { spec: { http: spec.http } })
}

const shares = ({ world }: Stage, name = 'api') => world.simulation.trafficShares('production', name)
const told = async ({ timeline }: Stage, id: string) => (await timeline(id)).map((entry) => entry.text).join('\n')

describe('Argo CD that puts a share back', () => {
  it('is named, held and not fought; what it wrote is written over when a person says so', async () => {
    const here = await begin('search')
    await here.until(at('watch-25'), 'search-1')
    await here.pass(30 * SECOND)
    await revertRoute(here, 'search')
    await here.pass(SECOND)
    expect(await here.load('search-1')).toMatchObject({ status: 'holding', hold: { reason: 'changed' } })
    const [news] = here.loud().slice(-1)
    expect(news).toMatch(
      /the share of the new version in VirtualService "search" was 25 % and is 0 % now, written by Argo CD \(argocd-controller/,
    )
    expect(news).toContain('search-1 holds and does not fight for it')
    expect(news).toContain('v2.0 has 25 % of the traffic (really 0 %)')
    expect(news).toContain('/deploy resume search')
    expect(news).toContain('--sync-policy none')

    await here.pass(10 * MINUTE)
    expect(shares(here, 'search')).toEqual({ 'v1.9': 1 })
    expect(here.loud().filter((line) => line.includes('Changed by others'))).toHaveLength(1)

    expect(await here.ask({ verb: 'resume', service: 'search' })).toMatchObject({ kind: 'done' })
    await here.pass(SECOND)
    expect(shares(here, 'search')['v2.0']).toBeCloseTo(0.25)
    expect(await told(here, 'search-1')).toContain('Written again: the share of the new version')
    expect((await here.until(ended, 'search-1')).status).toBe('completed')
  })

  it('holds again when it does it again', async () => {
    const here = await begin('search')
    await here.until(at('watch-25'), 'search-1')
    for (const _ of [1, 2]) {
      await revertRoute(here, 'search')
      await here.pass(SECOND)
      expect(await here.load('search-1')).toMatchObject({ status: 'holding', hold: { reason: 'changed' } })
      await here.ask({ verb: 'resume', service: 'search' })
      await here.pass(SECOND)
      expect(shares(here, 'search')['v2.0']).toBeCloseTo(0.25)
    }
  })

  it('is overruled on the way back, and named', async () => {
    const here = await begin('search')
    await here.until(at('watch-25'), 'search-1')
    await revertRoute(here, 'search', [0, 100])
    await here.pass(SECOND)
    await here.ask({ verb: 'rollback', service: 'search' })
    await here.pass(SECOND)
    expect(shares(here, 'search')).toEqual({ 'v1.9': 1 })
    await revertRoute(here, 'search', [0, 100])
    await here.pass(SECOND)
    expect(shares(here, 'search')).toEqual({ 'v1.9': 1 })
    const end = await here.until(ended, 'search-1')
    expect(end.status).toBe('rolled-back')
    expect(await told(here, 'search-1')).toMatch(/Somebody undid the way back: .* written by Argo CD/)
  })
})

describe('a person who', () => {
  it('gives the old version a hotfix by kubectl edit is named; the way back puts the pinned template back', async () => {
    const here = await begin('api')
    await here.until(at('watch-50'))
    const image = exampleService('api').image
    const template = { spec: { containers: [{ ...(await containerOf(here)), image: `${image}:v1.9-hotfix` }] } }
    await patchAs(here, 'kubectl-edit', `${DEPLOYMENTS}/api`, { spec: { template } })
    await here.pass(5 * SECOND)
    expect(await here.load()).toMatchObject({ status: 'holding', hold: { reason: 'changed' } })
    expect(here.loud().at(-1)).toContain('somebody with kubectl edit (kubectl-edit')
    expect(here.loud().at(-1)).toContain(`was ${image}:v1.9 and is ${image}:v1.9-hotfix now`)
    await here.ask({ verb: 'abort', service: 'api' })
    expect((await here.until(ended)).status).toBe('rolled-back')
    expect((await containerOf(here)).image).toBe(`${image}:v1.9`)
  })

  it('scales the new version to none takes no request down: its traffic is taken away first, and given again', async () => {
    const here = await begin('search')
    await here.until(at('watch-25'), 'search-1')
    await patchAs(here, 'kubectl', `${DEPLOYMENTS}/search-canary`, { spec: { replicas: 0 } })
    await here.pass(SECOND)
    expect(await here.load('search-1')).toMatchObject({
      status: 'holding',
      hold: { withdraw: 'done' },
      meddled: { changes: [{ field: 'canary-replicas', found: '0' }] },
    })
    expect(shares(here, 'search')).toEqual({ 'v1.9': 1 })
    await here.ask({ verb: 'resume', service: 'search' })
    await here.pass(MINUTE)
    expect(shares(here, 'search')['v2.0']).toBeCloseTo(0.25)
    expect((await here.until(ended, 'search-1')).status).toBe('completed')
  })

  it('moves the selector before the switch of a blue-green deployment stops it, without a failed step', async () => {
    const here = await begin('api', 'blue-green')
    await here.until((deployment) => deployment.step === 'approve-100')
    await patchAs(here, 'kubectl-patch', `${SERVICES}/api`, { spec: { selector: { other: 'hand' } } })
    await here.ask({ verb: 'approve', service: 'api' })
    await here.pass(SECOND)
    expect(await here.load()).toMatchObject({ status: 'holding', hold: { reason: 'changed' } })
    await here.ask({ verb: 'resume', service: 'api' })
    expect((await here.until(ended)).status).toBe('completed')
    expect(shares(here)).toEqual({ 'v2.0': 1 })
  })

  it('changes the image after the end is told what a roll back would do', async () => {
    const here = await begin('api')
    await here.until(ended)
    const container = { ...(await containerOf(here)), image: `${exampleService('api').image}:v2.1` }
    await patchAs(here, 'kubectl-set', `${DEPLOYMENTS}/api`, {
      spec: { template: { spec: { containers: [container] } } },
    })
    await here.pass(2 * MINUTE)
    expect((await here.load()).status).toBe('completed')
    expect(await told(here, 'api-1')).toContain('api-1 is over and leaves it. A roll back would overwrite it')
  })
})

async function containerOf(here: Stage): Promise<{ readonly image: string }> {
  const { spec } = JSON.parse(JSON.stringify(await here.read(`${DEPLOYMENTS}/api`)))
  return spec.template.spec.containers[0]
}
