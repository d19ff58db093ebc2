/**
 * Each strategy with each router on the real control plane, forward and every way back, under a constant load: no request
 * is lost, kubectl finds what should be there, and what is somebody else's is as it was, byte by byte. The rows run side
 * by side, each in a namespace of its own.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { followHttpRoutes, type Gateway } from '../control-plane/gateway.ts'
import { startRedis, type TestRedis } from '../redis-server.ts'
import { eventually, FIRST, openShop, type Shop } from '../running/shop-on-cluster.ts'
import { VARIANTS } from '../running/variants.ts'
import { foreignBytes, type Seen, witness } from '../running/witness.ts'

const target = { kubeconfigPath: inject('kubeconfig'), kubectlPath: inject('kubectlPath') }
const NOTHING_LOST: readonly string[] = []

let redis: TestRedis
let gateway: Gateway
beforeAll(async () => {
  redis = await startRedis()
  gateway = await followHttpRoutes(target.kubeconfigPath)
})
afterAll(async () => {
  await gateway.stop()
  await redis.stop()
})

describe.concurrent('the witness', () => {
  it('sees requests lost when a share is given before there are pods', async () => {
    const router = { kind: 'istio', virtualService: 'shop', by: 'host', stable: 'shop', canary: 'shop-canary' } as const
    const shop = await openShop(target, redis.url, {
      ...{ name: 'wrong order', strategy: 'canary', approval: '5 %', kept: 'beside' },
      router: () => router,
    })
    try {
      expect(shop.load.takeAnswers().lost).toEqual(NOTHING_LOST)
      const share = JSON.stringify([{ op: 'replace', path: '/spec/http/0/route/1/weight', value: 50 }])
      await shop.kubectl('patch', 'virtualservice', 'shop', '--type=json', '-p', share)
      await eventually(async () => expect(shop.load.takeAnswers().lost.join()).toContain('503 no endpoint'))
    } finally {
      await shop.close()
    }
  })
})

describe.concurrent.each(VARIANTS)('$name', (variant) => {
  let shop: Shop
  let before: { readonly seen: Seen; readonly bytes: string }
  beforeAll(async () => {
    shop = await openShop(target, redis.url, variant)
    before = { seen: await witness(shop), bytes: await foreignBytes(shop) }
  })
  afterAll(async () => {
    await shop.close()
  })

  /** Everything at home, the team's objects untouched, and both versions served without a loss. */
  const home = async (version: string, served: readonly string[]) => {
    expect(await witness(shop)).toEqual({ ...before.seen, version })
    expect(await foreignBytes(shop)).toBe(before.bytes)
    const answers = shop.load.takeAnswers()
    expect(answers.lost).toEqual(NOTHING_LOST)
    for (const one of served) expect(answers.served[one], `requests served by ${one}`).toBeGreaterThan(0)
  }
  /** The share is given, and requests have met the new version. */
  const given = (id: string, percent: number) =>
    eventually(async () => {
      const { share, version } = await shop.running.load(id)
      expect(share.planned).toBeGreaterThanOrEqual(variant.strategy === 'blue-green' ? 100 : percent)
      expect(shop.load.answers().served).toHaveProperty([version])
    })

  it.sequential('goes forward, and leaves no trace after the keep time', async () => {
    const id = await shop.begin('v2.0')
    await shop.approve(id)
    await shop.ended(id, 'completed')
    expect(await witness(shop)).toEqual({
      ...before.seen,
      version: 'v2.0',
      deployments: variant.kept === 'beside' ? 'shop shop-previous' : 'shop',
    })
    await eventually(async () => expect((await shop.running.load(id)).keepUntil).toBeNull())
    await eventually(async () => expect(await witness(shop)).toMatchObject({ deployments: 'shop' }))
    await home('v2.0', [FIRST, 'v2.0'])
    const told = shop.running.chat.said.map((row) => row.text).join('\n')
    expect(told).toContain(`Approval needed: ${variant.approval}`)
    expect(told).toContain('log lines of')
  })

  it.sequential('goes back by itself when the new version answers with errors', async () => {
    const id = await shop.begin('v3.0')
    await shop.approve(id)
    await given(id, 25)
    shop.running.store.setSickness('v3.0', 'errors')
    await shop.ended(id, 'rolled-back')
    expect((await shop.running.load(id)).goingBack?.trigger).toBe('critical')
    await home('v2.0', ['v2.0', 'v3.0'])
  })

  it.sequential('restores the traffic though an old pod is unready: nine good pods of ten beat a bad version', async () => {
    const id = await shop.begin('v4.0')
    await shop.approve(id)
    await given(id, 5)
    const hash = (await shop.running.load(id)).pin?.rollout?.hash
    const old = hash === undefined ? 'app=shop,tminus.dev/slot!=canary' : `pod-template-hash=${hash}`
    const pods = await shop.kubectl('get', 'pods', '-l', old, '-o', 'jsonpath={.items[*].metadata.name}')
    const [pod = ''] = pods.split(' ')
    await shop.kubectl('annotate', 'pod', pod, 'tminus.test/sick-now=unready')
    const ready = ['get', 'pod', pod, '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}']
    await eventually(async () => expect(await shop.kubectl(...ready)).toBe('False'))
    shop.running.store.setSickness('v4.0', 'errors')
    await eventually(async () => expect((await shop.running.load(id)).goingBack?.restoredAt).toBeDefined())
    const { selector, weights } = await witness(shop)
    const narrowed = hash === undefined ? {} : { 'pod-template-hash': hash }
    expect(selector).toEqual({ ...Object(before.seen.selector), ...narrowed })
    expect(weights).toBe(before.seen.weights)
    await shop.kubectl('annotate', 'pod', pod, 'tminus.test/sick-now-')
    await shop.ended(id, 'rolled-back')
    await eventually(async () => expect(await witness(shop)).toMatchObject({ pods: before.seen.pods }))
    await home('v2.0', ['v2.0', 'v4.0'])
  })

  it.sequential('rolls a completed deployment back by hand while the old version is kept', async () => {
    const id = await shop.begin('v5.0')
    await shop.approve(id)
    await shop.ended(id, 'completed')
    const intent = { verb: 'rollback', service: 'shop', reason: 'customers complain' } as const
    expect(await shop.ask(intent)).toMatchObject({ kind: 'done' })
    await shop.ended(id, 'rolled-back')
    await home('v2.0', ['v2.0', 'v5.0'])
  })

  it.sequential('goes back in an emergency', async () => {
    const id = await shop.begin('v6.0')
    await shop.approve(id)
    await given(id, 25)
    const order = { verb: 'emergency', service: 'shop', reason: 'checkout is broken', confirmed: true } as const
    expect(await shop.ask(order)).toMatchObject({ kind: 'done' })
    await shop.ended(id, 'rolled-back')
    await eventually(async () => expect(await witness(shop)).toEqual({ ...before.seen, version: 'v2.0' }))
    const { lost, served } = shop.load.takeAnswers()
    expect(lost).toEqual(NOTHING_LOST)
    expect(served['v6.0']).toBeGreaterThan(0)
  })
})
