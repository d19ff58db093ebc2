/** Redis restarted, or emptied, in the middle of a deployment of the whole bot. */
import { afterEach, expect, it } from 'vitest'
import { startRedis, type TestRedis } from '../redis-server.ts'
import { exampleService } from './example-services.ts'
import { brisk } from './stage.ts'
import { openTown, type Town } from './town.ts'
import { approveWhenAsked, order, theEnd, toldOnce } from './town-life.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** At 25 %, watched. */
async function atAQuarter(persist: boolean): Promise<{ readonly town: Town; readonly redis: TestRedis }> {
  const redis = await startRedis({ persist })
  closing.push(redis.stop)
  const town = await openTown([brisk(exampleService('search'))], redis.url)
  closing.push(town.stop)
  await town.run()
  approveWhenAsked(town)
  await order(town, '/deploy search v2.0 canary')
  await town.when(async () => ((await town.load())?.step === 'watch-25' ? true : undefined))
  return { town, redis }
}

const shares = (town: Town) => town.world.simulation.trafficShares('production', 'search')

it('goes on by itself when Redis was restarted with its file, and everything is told once', async () => {
  const { town, redis } = await atAQuarter(true)
  await redis.restart()
  expect(await theEnd(town)).toMatchObject({ status: 'completed', issues: [] })
  await toldOnce(town)
  expect(shares(town)).toEqual({ 'v2.0': 1 })
})

it('goes back by itself when Redis was restarted with its file while the new version was sick', async () => {
  const { town, redis } = await atAQuarter(true)
  town.world.setFault('v2.0', 'errors', true)
  await redis.restart()
  expect(await theEnd(town)).toMatchObject({ status: 'rolled-back', goingBack: { trigger: 'critical' } })
  await toldOnce(town)
  expect(shares(town)).toEqual({ 'v1.9': 1 })
})

it('leaves traffic where it is when Redis lost everything, and begins nothing on what is left', async () => {
  const { town, redis } = await atAQuarter(false)
  const before = shares(town)
  await redis.restart()
  await town.when(async () => ((await town.load().catch(() => null)) === undefined ? true : undefined))
  await order(town, '/deploy search v2.1 canary')
  expect(await theEnd(town)).toMatchObject({ status: 'refused', version: 'v2.1', pin: null })
  expect((await town.timeline()).map((entry) => `${entry.text} ${entry.evidence ?? ''}`).join('\n')).toContain(
    'search-canary',
  )
  expect(shares(town)).toEqual(before)
})
