/** The emergency rollback on the simulated cluster, with whatever else there is down. */
import { afterEach, describe, expect, it } from 'vitest'
import { memoryQueue } from '../../src/adapters/memory/memory-queue.ts'
import { memoryStore } from '../../src/adapters/memory/memory-store.ts'
import { redisStore } from '../../src/adapters/redis/redis-store.ts'
import type { EmergencyParts } from '../../src/handlers/emergency-parts.ts'
import { MINUTE } from '../../src/playbook/durations.ts'
import type { Service, Strategy } from '../../src/playbook/service.ts'
import { ChatError } from '../../src/ports/chat.ts'
import { ClusterError } from '../../src/ports/cluster.ts'
import { startRedis } from '../redis-server.ts'
import { exampleServices } from './example-services.ts'
import { fromShell } from './shell-emergency.ts'
import { brisk, openStage, type Stage } from './stage.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function begin(name = 'api', over: Partial<Service> = {}, strategy: Strategy = 'canary') {
  const services = exampleServices()
    .filter((service) => service.name === name)
    .map((service) => ({ ...brisk(service), ...over }))
  const stage = await openStage({ services })
  closing.push(() => stage.stop())
  await stage.ask({ verb: 'deploy', service: name, version: 'v2.0', strategy }, 'requester')
  return stage
}

const slackIsDown: EmergencyParts['chat'] = {
  post: () => Promise.reject(new ChatError('late', 'service_unavailable', 'Slack answers 503')),
}

const DEPLOYMENTS = '/apis/apps/v1/namespaces/production/deployments'

async function names(stage: Stage, name = 'api') {
  const there: string[] = []
  for (const each of [name, `${name}-canary`, `${name}-previous`])
    if (await stage.read(`${DEPLOYMENTS}/${each}`)) there.push(each)
  return there
}

function shares(stage: Stage, name = 'api') {
  return stage.world.simulation.trafficShares('production', name)
}

const at25 = (stage: Stage) => stage.until((deployment) => deployment.step === 'watch-25')
const promoted = (stage: Stage) => stage.until((deployment) => deployment.status === 'completed')

describe('an emergency rollback while the record can be reached', () => {
  it.each(['api', 'search'])('restores %s at 25 %, and the record goes with it', async (name) => {
    const stage = await begin(name)
    await stage.until((deployment) => deployment.step === 'watch-25', `${name}-1`)
    const { exit, text, incidents } = await fromShell(stage, {}, undefined, '', name)
    expect(text).toContain(`Written down by ${name}-1`)
    expect(text).toContain('Traffic is restored: v1.9 has all of it, read back.')
    expect(text).toContain(`The record of ${name}-1 knows that it goes back.`)
    expect(text).toContain('nothing of v2.0 is left')
    expect(exit).toBe(0)
    expect(shares(stage, name)).toEqual({ 'v1.9': 1 })
    expect(await names(stage, name)).toEqual([name])
    expect((await stage.load(`${name}-1`)).status).toBe('rolled-back')
    expect(incidents).toMatch(
      /^Incident occurred at: 2026-01-15T.*emergency rollback from v2\.0 to v1\.9 by mira \(shell\), traffic restored after .* s, deployment .*-1, reason: checkout is broken/,
    )
    expect(stage.chat.said.map((row) => row.text).join('\n')).toContain('all traffic is on v1.9 again')
    await stage.pass(30 * MINUTE)
    expect(shares(stage, name)).toEqual({ 'v1.9': 1 })
  })

  it('blocks the image, and the next deployment goes through once it is unblocked', async () => {
    const stage = await begin()
    await at25(stage)
    expect((await fromShell(stage)).text).toContain('api v2.0 is blocked')
    const again = { verb: 'deploy', service: 'api', version: 'v2.0', strategy: 'canary' } as const
    expect(await stage.ask(again)).toMatchObject({ kind: 'refused', refusal: { code: 'version-blocked' } })
    const reason = 'the database was at fault'
    await stage.ask({ verb: 'unblock', service: 'api', version: 'v2.0', reason })
    expect(await stage.ask(again, 'requester')).toMatchObject({ kind: 'done' })
    await stage.until((deployment) => deployment.status === 'completed', 'api-2')
    expect(shares(stage)).toEqual({ 'v2.0': 1 })
  })
})

describe('an emergency rollback while Redis is away', () => {
  const REDIS_IS_KILLED = async () => {
    const redis = await startRedis()
    const store = redisStore({ url: redis.url, commandTimeoutMs: 100 })
    closing.push(() => redis.stop())
    closing.push(() => store.close())
    await redis.kill()
    return store
  }

  it('restores at 25 % with Slack down as well, says what it could not do, and a worker that comes back does not fight it', async () => {
    const stage = await begin()
    await at25(stage)
    const { exit, text, incidents } = await fromShell(stage, { store: await REDIS_IS_KILLED(), chat: slackIsDown })
    expect(text).toContain('The record cannot be reached')
    expect(text).toContain('Slack is not told (Slack answers 503): tell people yourself.')
    expect(exit).toBe(0)
    expect(incidents).toContain('api: emergency rollback')
    // The stage's own record slept through it: its guard sees the mark on the cluster.
    await stage.until((deployment) => deployment.status === 'rolled-back')
    const told = (await stage.timeline()).map((entry) => entry.text).join('\n')
    expect(told).toContain('took api-1 over')
    await stage.pass(60 * MINUTE)
    expect(shares(stage)).toEqual({ 'v1.9': 1 })
    expect(await names(stage)).toEqual(['api'])
  })

  it('restores after promotion through the kept pods, and a roll back asked later does not lead traffic to pods that are gone', async () => {
    const stage = await begin()
    await promoted(stage)
    expect(await names(stage)).toEqual(['api', 'api-previous'])
    const { exit, text } = await fromShell(stage, { store: await REDIS_IS_KILLED(), chat: slackIsDown })
    expect(text).toContain('through the pods that were kept (api-previous)')
    expect(exit).toBe(0)
    await stage.ask({ verb: 'rollback', service: 'api', reason: 'customers complain' })
    await stage.pass(5 * MINUTE)
    expect((await stage.load()).status).toBe('rolled-back')
    expect(shares(stage)).toEqual({ 'v1.9': 1 })
    expect(await names(stage)).toEqual(['api'])
  })
})

describe('an emergency rollback while the record is empty', () => {
  it.each([
    ['at 25 %', at25],
    ['after promotion', promoted],
  ])('restores %s by what is pinned, and blocks the image it saw', async (_, reach) => {
    const stage = await begin()
    await reach(stage)
    const store = memoryStore()
    const queue = memoryQueue({ clock: stage.clock })
    const { exit, text } = await fromShell(stage, { store, queue })
    expect(text).toContain('The record knows nothing of api-1')
    expect(exit).toBe(0)
    expect(shares(stage)).toEqual({ 'v1.9': 1 })
    expect(await names(stage)).toEqual(['api'])
    expect(await store.blocked('api')).toMatchObject([{ version: 'v2.0', why: 'checkout is broken' }])
  })
})

describe('an emergency rollback of a version whose old pods are gone', () => {
  it('starts them first, and gives them traffic as soon as one is ready', async () => {
    const stage = await begin('api', { keep: 'cold' })
    await promoted(stage)
    expect(await names(stage)).toEqual(['api'])
    const { exit, text } = await fromShell(stage)
    expect(text).toContain('whose 4 pods start first')
    expect(text).toContain('Pods of v1.9 start')
    expect(exit).toBe(0)
    expect(shares(stage)).toEqual({ 'v1.9': 1 })
    expect(await names(stage)).toEqual(['api'])
  })
})

describe('an emergency rollback of a rolling deployment', () => {
  const secondPod = (stage: Stage) => stage.until(({ step, rolled }) => step === 'watch-pod' && rolled?.wanted === 2)

  it.each([
    ['in the middle', secondPod],
    ['after its end', promoted],
  ])(
    'undoes it %s by what is pinned, though the record is empty and the catalogue names another router',
    async (_, reach) => {
      const stage = await begin('api', {}, 'rolling')
      const before = await stage.read(`${DEPLOYMENTS}/api`)
      await reach(stage)
      const store = memoryStore()
      const { exit, text } = await fromShell(stage, { store, queue: memoryQueue({ clock: stage.clock }) })
      expect(text).toContain('those of its old pods that are gone start first')
      expect(text).toContain('Traffic is restored: v1.9 has all of it, read back.')
      expect(exit).toBe(0)
      expect(shares(stage)).toEqual({ 'v1.9': 1 })
      expect(await store.blocked('api')).toMatchObject([{ version: 'v2.0', why: 'checkout is broken' }])
      expect(await stage.read(`${DEPLOYMENTS}/api`)).toMatchObject({ spec: specOf(before) })
      // The stage's own record slept through it.
      await stage.pass(30 * MINUTE)
      expect((await stage.load()).status).toBe('rolled-back')
      expect(shares(stage)).toEqual({ 'v1.9': 1 })
    },
  )
})

function specOf(object: unknown) {
  return object && typeof object === 'object' && 'spec' in object ? object.spec : undefined
}

describe('an emergency rollback that is cut off', () => {
  it.each([
    ['at 25 %', at25, 0],
    ['after promotion', promoted, 2],
  ])(
    'has traffic back %s, says what is left, and a worker that knows of it from the record tidies it',
    async (_, reach, allowed) => {
      const stage = await begin()
      await reach(stage)
      let tidied = 0
      const tidy: EmergencyParts['cluster']['tidy'] = (...asked) => {
        tidied += 1
        if (tidied <= allowed) return stage.parts.cluster.tidy(...asked)
        return Promise.reject(new ClusterError('refused', 'deployments.apps "api" is forbidden'))
      }
      const first = await fromShell(stage, { cluster: { ...stage.parts.cluster, tidy } })
      expect(first.exit).toBe(0)
      expect(first.text).toContain('Not tidied: deployments.apps "api" is forbidden')
      expect(shares(stage)).toEqual({ 'v1.9': 1 })
      await stage.until((deployment) => deployment.status === 'rolled-back')
      expect(shares(stage)).toEqual({ 'v1.9': 1 })
      expect(await names(stage)).toEqual(['api'])
      expect((await fromShell(stage)).text).toContain('no way back is written down on api')
    },
  )
})

describe('an emergency rollback that is not carried out', () => {
  it('refuses when nothing is pinned, with what is there and what to type', async () => {
    const stage = await begin()
    const { exit, text } = await fromShell(stage)
    expect(exit).toBe(1)
    expect(text).toContain('no way back is written down on api')
    expect(text).toMatch(/On the cluster now: stable: .*:v1\.9, 4 of 4 pods ready/)
    expect(text).toContain('kubectl --namespace production rollout undo deployment/api')
  })

  it('does nothing unless the name of the service is typed, and says first what it would do', async () => {
    const stage = await begin()
    await at25(stage)
    const wrong = await fromShell(stage, {}, [], 'yes')
    expect(wrong.exit).toBe(1)
    expect(wrong.text).toContain('All traffic goes back to v1.9')
    expect((await stage.load()).status).toBe('running')
    const right = await fromShell(stage, {}, [], { 'name of the service': 'api', 'Why?': ' carts are empty ' })
    expect(right.exit).toBe(0)
    expect(right.incidents).toContain('carts are empty')
    expect(right.text.match(/Written down by/g)).toHaveLength(1)
  })

  it('says what to type, and exits with 4, when the cluster does not let it write', async () => {
    const stage = await begin()
    await at25(stage)
    stage.world.simulation.setFault({ method: 'PATCH', answer: 403 })
    const { exit, text, incidents } = await fromShell(stage)
    expect(exit).toBe(4)
    expect(text).toContain('TRAFFIC IS NOT RESTORED')
    expect(text).toContain('scale deployment api-canary --replicas=0')
    expect(text).toContain('patch service api --type=json')
    expect(incidents).toContain('traffic is NOT restored')
  })

  it('knows the services of the catalogue and no other', async () => {
    const stage = await begin()
    const { exit, text } = await fromShell(stage, {}, ['--yes'], '', 'nope')
    expect(exit).toBe(1)
    expect(text).toContain('There is no service “nope”')
  })
})
