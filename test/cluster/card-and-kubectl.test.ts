/** At every step at which a deployment stands, kubectl shows what its card says: the share of the traffic, and the pods. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { printMessage } from '../../src/bot/transcript.ts'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { locateStep } from '../../src/playbook/plan.ts'
import { startRedis, type TestRedis } from '../redis-server.ts'
import { eventually, openShop, type Shop } from '../running/shop-on-cluster.ts'
import { VARIANTS } from '../running/variants.ts'
import { witness } from '../running/witness.ts'

const target = { kubeconfigPath: inject('kubeconfig'), kubectlPath: inject('kubectlPath') }
/** The new version's, in percent and pods. */
interface Figures {
  readonly share: number
  readonly ready: number
  readonly wanted: number
}

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

/** What people read. */
function onTheCard({ running }: Shop): Figures {
  const card = running.chat.edits.findLast(({ ts }) => ts === running.chat.said[0]?.ts)
  const text = card ? printMessage(card.message, { width: 200 }) : ''
  const number = (pattern: RegExp, group = 1) => Number(pattern.exec(text)?.[group] ?? Number.NaN)
  const pods = /Pods of v2\.0: (?:⚠️ )?(\d+) of (\d+) ready/
  return { share: number(/Traffic ([\d.]+) % on v2\.0/), ready: number(pods), wanted: number(pods, 2) }
}

/** What kubectl reads: weights where a route has them, else the versions of the pods whose addresses the Service has. */
async function onTheCluster(shop: Shop): Promise<Figures> {
  const row = '{.metadata.name} {.spec.containers[0].image} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}'
  const pods = (await shop.kubectl('get', 'pods', '-o', `jsonpath={range .items[*]}${row}{end}`))
    .split('\n')
    .map((line) => line.split(' '))
  const isNew = ([, image = '']: readonly string[]) => image.endsWith(':v2.0')
  const mine = pods.filter(isNew)
  const { weights } = await witness(shop)
  const share =
    weights === 'all' ? await shareByAddresses(shop, new Set(mine.map(([name]) => name))) : weights.split(' ')[1]
  return { share: Number(share), ready: mine.filter(([, , ready]) => ready === 'True').length, wanted: mine.length }
}

async function shareByAddresses(shop: Shop, mine: ReadonlySet<string | undefined>): Promise<number> {
  const ready = '{.items[*].endpoints[?(@.conditions.ready==true)].targetRef.name}'
  const of = 'kubernetes.io/service-name=shop'
  const names = (await shop.kubectl('get', 'endpointslices', '-l', of, '-o', `jsonpath=${ready}`)).split(' ')
  return Math.round((100 * names.filter((name) => mine.has(name)).length) / names.length)
}

/** Holds it at the next share at which it is watched; which one, or undefined when it has completed instead. */
async function holdNext({ running, ask }: Shop, id: string, last: string): Promise<string | undefined> {
  const place = ({ step, share }: Deployment) => `${step} ${share.planned}`
  await eventually(async () => {
    const deployment = await running.load(id)
    if (deployment.status === 'completed') return
    expect(place(deployment)).not.toBe(last)
    expect(locateStep(deployment.plan, deployment.step)?.step.want.do).toBe('observe')
    expect(await ask({ verb: 'hold', service: 'shop', reason: 'to be read' })).toMatchObject({ kind: 'done' })
  })
  const deployment = await running.load(id)
  return deployment.status === 'completed' ? undefined : place(deployment)
}

/** Shares at which each stands, percent, with three old pods: pods alone give the nearest that there is. */
const STANDS: Readonly<Record<string, readonly number[]>> = {
  'canary, replicas': [25, 25, 50, 100],
  'canary, istio by host': [5, 25, 50, 100],
  'blue-green': [100],
  rolling: [25, 50, 75, 100],
}
const STANDING = VARIANTS.filter(({ name }) => name in STANDS)

describe.concurrent.each(STANDING)('$name', (variant) => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop(target, redis.url, variant)
  })
  afterAll(() => shop.close())

  it('reads the same on the card and in kubectl wherever it stands', async () => {
    const id = await shop.begin('v2.0')
    await shop.approve(id)
    const compared: number[] = []
    for (let at = await holdNext(shop, id, ''); at !== undefined; at = await holdNext(shop, id, at)) {
      await eventually(async () => expect(onTheCard(shop)).toEqual(await onTheCluster(shop)))
      compared.push(onTheCard(shop).share)
      expect(await shop.ask({ verb: 'resume', service: 'shop' })).toMatchObject({ kind: 'done' })
    }
    expect(compared).toEqual(STANDS[variant.name])
  })
})
