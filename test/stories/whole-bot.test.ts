/**
 * The whole bot, joined as in production: Bolt over Socket Mode, BullMQ and the record on a Redis process, the Kubernetes
 * client and the queries on real sockets. Only what it talks to is simulated.
 */
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { startRedis, type TestRedis } from '../redis-server.ts'
import { exampleService } from './example-services.ts'
import { brisk } from './stage.ts'
import { ANNA, BEN, CHANNEL, CHLOE, openTown, read, type Town } from './town.ts'
import { approveWhenAsked, order, theEnd, toldOnce } from './town-life.ts'

const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

async function begin(name: string): Promise<{ readonly town: Town; readonly redis: TestRedis }> {
  const redis = await startRedis({ persist: true })
  closing.push(redis.stop)
  const town = await openTown([brisk(exampleService(name))], redis.url)
  closing.push(town.stop)
  await town.run()
  return { town, redis }
}

const IN_TIME = { timeout: 120_000 }
const cardSays = (town: Town, words: string) =>
  town.when(() => (read(town.card()).includes(words) ? read(town.card()) : undefined))
/** A busy machine may answer “not recorded, press again”: so it is pressed again, as people would. */
const pressUntil = <T>(town: Town, who: readonly string[], seen: () => T | undefined | Promise<T | undefined>) =>
  town.when(async () => {
    await Promise.all(who.map((one) => town.press(one, 'approve')))
    return seen()
  })
const isTold = (town: Town, who: string, words: string) =>
  town.when(() => town.told(who).findLast((text) => text.includes(words)))

describe.concurrent('the whole bot', () => {
  it('takes a canary from the command to 100 %, on one card', IN_TIME, async () => {
    const { town } = await begin('search')
    const shares = new Set<number>()
    town.world.simulation.onChange(() => {
      shares.add(Math.round((town.world.simulation.trafficShares('production', 'search')['v2.0'] ?? 0) * 100))
    })
    await order(town, '/deploy search v2.0 canary')
    expect(await isTold(town, BEN, 'has started')).toContain('search-1: search v2.0 by canary has started')

    expect(await cardSays(town, '[Approve')).toContain('Waits for approval of 5 % of traffic')
    const ownWords = () => town.told(BEN).findLast((text) => text.includes('own-deployment'))
    expect(await pressUntil(town, [BEN], ownWords)).toContain('somebody else approves it')
    const approvals = async () => ((await town.load())?.approvals ?? []).map(({ by }) => by)
    const [approved, ...more] = await pressUntil(town, [ANNA, CHLOE], async () => {
      const by = await approvals()
      return by.length > 0 ? by : undefined
    })
    expect(more).toEqual([])
    await isTold(town, approved?.id === ANNA ? CHLOE : ANNA, `Already approved by ${approved?.name}`)

    expect(await theEnd(town)).toMatchObject({ status: 'completed', fromVersion: 'v1.9', issues: [] })
    await toldOnce(town)
    expect(await cardSays(town, 'Completed')).toContain('[Roll back to v1.9]')
    expect([...shares].filter((share) => share > 0)).toEqual([5, 25, 50, 100])
    const loud = town.workspace.messages(CHANNEL).slice(1).map(read)
    expect(loud).toHaveLength(2)
    expect(loud[0]).toContain('Approval needed: 5 % of search traffic to v2.0')
    expect(loud[1]).toContain('search v2.0 is deployed: 100 % of traffic')
    expect(readFileSync(town.papers.config.journalPath, 'utf8')).toMatch(/ Deployment completed: search-1 .*\n$/)
  })
  it.each([
    [
      'is killed and started again with its file',
      (redis: TestRedis) => redis.kill(),
      (redis: TestRedis) => redis.restart(),
    ],
    ['hangs and wakes up again', async (redis: TestRedis) => redis.pause(), async (redis: TestRedis) => redis.resume()],
  ])('says in time that a click was not recorded while Redis %s', IN_TIME, async (_how, away, back) => {
    const { town, redis } = await begin('api')
    await order(town, '/deploy api v2.0 canary')
    await cardSays(town, '[Approve')
    await away(redis)
    // Slack gives up an acknowledgement after 3 s, and so does the workspace.
    expect(await town.press(ANNA, 'approve')).toMatchObject({ ok: true })
    expect(await isTold(town, ANNA, 'not-recorded')).toMatch(/Not recorded[\s\S]*Press again/)
    await back(redis)
    expect(await town.load()).toMatchObject({ step: 'approve-5', approvals: [] })
    approveWhenAsked(town)
    expect(await theEnd(town)).toMatchObject({ status: 'completed', issues: [], approvals: [{ by: { id: ANNA } }] })
    await toldOnce(town)
    expect(town.world.simulation.trafficShares('production', 'api')).toEqual({ 'v2.0': 1 })
  })
})
