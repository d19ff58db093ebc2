/** No request is lost, whichever way a deployment goes; see docs/no-request-lost.md for what is asked when. */
import { afterEach, describe, expect, it } from 'vitest'
import { finishEmergency } from '../../src/handlers/emergency-finish.ts'
import { restoreNow } from '../../src/handlers/emergency-restore.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import type { RouterSettings, Service, Strategy } from '../../src/playbook/service.ts'
import { beside } from './beside.ts'
import { exampleService } from './example-services.ts'
import { type FollowedTraffic, followTraffic } from './followed-traffic.ts'
import { brisk, openStage, type Stage } from './stage.ts'

const HOSTS = { stable: 'api', canary: 'api-canary' }

/** Strategy and router; each goes through every scenario below. */
const VARIANTS: readonly (readonly [string, Strategy, RouterSettings])[] = [
  ['canary with replicas', 'canary', { kind: 'replicas' }],
  ['canary with istio by host', 'canary', { kind: 'istio', virtualService: 'api', by: 'host', ...HOSTS }],
  [
    'canary with istio by subset',
    'canary',
    { kind: 'istio', virtualService: 'api', by: 'subset', stable: 'stable', canary: 'canary' },
  ],
  ['canary with gateway-api', 'canary', { kind: 'gateway-api', httpRoute: 'api', ...HOSTS }],
  ['canary with nginx', 'canary', { kind: 'nginx', ingress: 'api', ...HOSTS }],
  ['blue-green', 'blue-green', { kind: 'replicas' }],
  ['blue-green behind istio by host', 'blue-green', { kind: 'istio', virtualService: 'api', by: 'host', ...HOSTS }],
  ['rolling', 'rolling', { kind: 'replicas' }],
  ['rolling behind gateway-api', 'rolling', { kind: 'gateway-api', httpRoute: 'api', ...HOSTS }],
]

/** Nobody is waited for, so that no pause of a person helps. */
function hasty(router: RouterSettings, over: Partial<Service> = {}): Service {
  const service = brisk({ ...exampleService('api'), router, strategies: ['canary', 'blue-green', 'rolling'] })
  return {
    ...service,
    canaryLabels: router.kind === 'replicas' ? {} : { track: 'canary' },
    canary: { steps: service.canary.steps.map((step) => ({ ...step, gate: 'auto' as const })) },
    blueGreen: { ...service.blueGreen, monitorMs: 2 * MINUTE, keepMs: 10 * MINUTE, gate: 'auto' },
    rolling: { batch: 1, observeMs: 2 * MINUTE, monitorMs: 2 * MINUTE, keepMs: 10 * MINUTE, gate: 'auto' },
    keepMs: 10 * MINUTE,
    ...over,
  }
}

let stage: Stage | undefined
let traffic: FollowedTraffic | undefined
afterEach(async () => {
  await traffic?.stop()
  await stage?.stop()
})

async function begin(
  strategy: Strategy,
  router: RouterSettings,
  over: Partial<Service> = {},
  prepare: (here: Stage) => Promise<void> = async () => undefined,
) {
  const service = hasty(router, over)
  const opened = await openStage({ services: [service] })
  stage = opened
  await prepare(opened)
  const followed = await followTraffic(opened, service)
  traffic = followed
  const reply = await opened.ask({ verb: 'deploy', service: 'api', version: 'v2.0', strategy }, 'requester')
  expect(reply).toMatchObject({ kind: 'done' })
  return { here: opened, followed, service }
}

/** As somebody with kubectl would, past the bot. */
async function patch({ world }: Stage, deployment: string, body: object) {
  const path = `/apis/apps/v1/namespaces/production/deployments/${deployment}`
  const headers = { 'content-type': 'application/merge-patch+json' }
  await fetch(`${world.simulation.url}${path}`, { method: 'PATCH', headers, body: JSON.stringify(body) })
}

/** The workload's pods are replaced by such as end at once. */
async function withoutPreStop(here: Stage) {
  const container = {
    name: 'api',
    image: 'registry.example.com/shop/api:v1.9',
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/healthz', port: 'http' } },
    resources: { requests: { cpu: '250m', memory: '256Mi' } },
  }
  await patch(here, 'api', { spec: { template: { spec: { containers: [container] } } } })
  await here.pass(2 * MINUTE)
}

const SOME = expect.any(Number) as number

describe.each(VARIANTS)('%s', (_, strategy, router) => {
  it('loses no request forward to the end of the keep time', async () => {
    const { here, followed } = await begin(strategy, router)
    await here.until((row) => row.status === 'completed')
    await here.until((row) => row.keepUntil === null)
    await here.pass(MINUTE)
    expect(followed.answers()).toEqual({ asked: SOME, lost: [], served: { 'v1.9': SOME, 'v2.0': SOME } })
  })

  it('loses no request back while pods of the workload are replaced', async () => {
    const { here, followed } = await begin(strategy, router)
    await here.until((row) => row.step === 'promote' || (row.step === 'watch-pod' && row.rolled?.wanted === 3))
    expect(await here.ask({ verb: 'rollback', service: 'api' })).toMatchObject({ kind: 'done' })
    await here.until((row) => row.status === 'rolled-back')
    await here.pass(MINUTE)
    expect(followed.answers().lost).toEqual([])
  })

  it('loses no request on the automatic way back', async () => {
    const { here, followed } = await begin(strategy, router)
    await here.until((row) => row.share.planned >= 25 && /^watch-/.test(row.step))
    here.world.setFault('v2.0', 'errors', true)
    await here.until((row) => row.status === 'rolled-back')
    await here.pass(MINUTE)
    expect(followed.answers().lost).toEqual([])
  })

  it('loses no request back by hand after completion', async () => {
    const { here, followed } = await begin(strategy, router)
    await here.until((row) => row.status === 'completed')
    expect(await here.ask({ verb: 'rollback', service: 'api' })).toMatchObject({ kind: 'done' })
    await here.until((row) => row.status === 'rolled-back')
    await here.pass(MINUTE)
    expect(followed.answers().lost).toEqual([])
  })

  it('loses no request in an emergency', async () => {
    const { here, followed, service } = await begin(strategy, router)
    await here.until((row) => row.step === 'watch-100')
    const order = {
      service,
      by: { id: 'U0BEN', name: 'Ben' },
      reason: 'checkout is broken',
      alone: true,
      say: () => undefined,
    }
    const done = await beside(here, async (clock) => {
      const given = { ...order, signal: new AbortController().signal }
      const end = await restoreNow({ ...here.parts, clock }, given)
      return end.kind === 'restored' && (await finishEmergency({ ...here.parts, clock }, given, end.restored))
    })
    expect(done).toBe(true)
    await here.pass(MINUTE)
    expect(followed.answers().lost).toEqual([])
  })

  it('loses no request when traffic is taken from unready pods, and given back', async () => {
    const { here, followed } = await begin(strategy, router)
    await here.until((row) => row.step === 'watch-100' || (row.step === 'watch-pod' && row.rolled?.wanted === 2))
    here.world.simulation.setSickness('v2.0', 'unready')
    await here.until((row) => row.hold?.withdraw === 'done')
    await here.pass(20 * SECOND)
    const { lost } = followed.answers()
    here.world.simulation.setSickness('v2.0', 'none')
    await here.pass(20 * SECOND)
    expect(await here.ask({ verb: 'resume', service: 'api' })).toMatchObject({ kind: 'done' })
    await here.until((row) => row.status === 'completed')
    // Those that an unready pod did not answer are not ours.
    expect(followed.answers().lost).toEqual(lost)
  })
})

it.each(VARIANTS.filter(([, strategy]) => strategy === 'canary').slice(0, 2))(
  'loses no request when the old pods have to be started for the way back (%s)',
  async (_, strategy, router) => {
    const { here, followed } = await begin(strategy, router, { keep: 'cold' })
    await here.until((row) => row.status === 'completed')
    expect(await here.ask({ verb: 'rollback', service: 'api' })).toMatchObject({ kind: 'done' })
    await here.until((row) => row.status === 'rolled-back')
    expect(followed.answers().lost).toEqual([])
  },
)

it('loses no request while the workload replaces all its pods at once', async () => {
  const { here, followed } = await begin('canary', { kind: 'istio', virtualService: 'api', by: 'host', ...HOSTS })
  await patch(here, 'api', { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } })
  await here.until((row) => row.status === 'completed')
  expect(followed.answers().lost).toEqual([])
})

describe('the witness', () => {
  it('sees requests cut off where the app does not drain, as pre-flight had warned', async () => {
    const { here, followed } = await begin('canary', { kind: 'replicas' }, {}, withoutPreStop)
    await here.until((row) => row.status === 'completed')
    await here.pass(MINUTE)
    const warned = (await here.timeline()).map((row) => row.evidence ?? '').join('\n')
    expect(warned).toContain('api has no preStop hook')
    expect(followed.answers().lost.join('\n')).toMatch(/Service api: api-canary-\S+ (is gone|does not answer)/)
  })

  it('sees requests lost when pods go before their traffic', async () => {
    const { here, followed } = await begin('canary', { kind: 'istio', virtualService: 'api', by: 'host', ...HOSTS })
    await here.until((row) => row.step === 'watch-25')
    expect(followed.answers().lost).toEqual([])
    await patch(here, 'api-canary', { spec: { replicas: 0 } })
    await here.pass(10 * SECOND)
    expect(followed.answers().lost.join('\n')).toContain('Service api-canary by VirtualService: no endpoint')
  })
})
