/** The bot killed with -9 in each phase and on the way back, and started again. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { MINUTE } from '../../src/playbook/durations.ts'
import type { Service, Strategy } from '../../src/playbook/service.ts'
import { type BotProcesses, botProcesses } from './bot-processes.ts'
import { type CompiledBot, compiledBot } from './compiled-bot.ts'
import { exampleService } from './example-services.ts'
import { brisk } from './stage.ts'
import { ANNA, openTown, type Town } from './town.ts'
import { approveWhenAsked, order, theEnd, toldOnce } from './town-life.ts'

const closing: (() => Promise<void>)[] = []
let compiled: CompiledBot
beforeAll(async () => {
  compiled = await compiledBot()
})
afterAll(async () => {
  await Promise.all(closing.map((close) => close()))
  compiled.remove()
})

interface Scene {
  readonly town: Town
  readonly bots: BotProcesses
  /** Every pod that ever was, by version. */
  readonly pods: ReadonlyMap<string, ReadonlySet<string>>
}

async function openScene(): Promise<Scene> {
  const town = await openTown([quick], inject('redisUrl'))
  const bots = botProcesses(town, compiled.path)
  closing.push(async () => {
    await bots.stop()
    await town.stop()
  })
  const pods = new Map<string, Set<string>>()
  town.world.simulation.onChange(() => {
    for (const { name, version } of town.world.simulation.pods('production'))
      pods.set(version, (pods.get(version) ?? new Set()).add(name))
  })
  return { town, bots, pods }
}

const api = brisk(exampleService('api'))
const quick: Service = {
  ...api,
  blueGreen: { ...api.blueGreen, monitorMs: 2 * MINUTE },
  rolling: { ...api.rolling, batch: 2, observeMs: 2 * MINUTE, monitorMs: 2 * MINUTE },
}

/** Starts it anew for each place to die at, and once more to live. */
async function diesAt({ town, bots }: Scene, places: readonly string[], strategy: Strategy = 'canary'): Promise<void> {
  approveWhenAsked(town)
  for (const place of places) {
    const bot = bots.start(place)
    await bot.ready
    void order(town, `/deploy api v2.0 ${strategy}`)
    expect(await Promise.race([bot.ended, endsWithout(town, place)])).toBe('SIGKILL')
  }
  await bots.start(null).ready
}

/** A deployment that has ended never gets to the place: better to say so than to wait for it. */
async function endsWithout(town: Town, place: string): Promise<string> {
  const end = await theEnd(town)
  const told = (await town.timeline()).slice(-3).map((entry) => entry.text)
  return `it ended ${end.status} at ${end.step}, and nobody died ${place}: ${told.join(' ')}`
}

/** Each death costs up to five seconds: the lock of the dead worker has to run out. */
const IN_TIME = { timeout: 120_000 }

describe.concurrent('a bot that is killed', () => {
  it.each([
    ['before there is a new pod', ['after checks', 'before start']],
    ['while traffic moves', ['after route-25', 'before health']],
    ['at 100 percent', ['after load', 'before watch-100', 'before promote']],
  ])('%s goes on with the same card, and rolls nothing out twice', IN_TIME, async (_when, places) => {
    const scene = await openScene()
    const { town, pods } = scene
    await diesAt(scene, places)
    expect(await theEnd(town)).toMatchObject({ status: 'completed', issues: [], approvals: [{ by: { id: ANNA } }] })
    await toldOnce(town)
    expect([pods.get('v2.0')?.size, pods.get('v1.9')?.size]).toEqual([8, 8])
    expect(town.world.simulation.trafficShares('production', 'api')).toEqual({ 'v2.0': 1 })
  })
  it.each([
    ['blue-green', 'in the switch', ['before route-100', 'before settle'], 8, 8],
    ['rolling', 'in a batch', ['before roll', 'after roll'], 4, 4],
  ] as const)('in a %s deployment, %s, goes on from there', IN_TIME, async (strategy, _when, places, made, old) => {
    const scene = await openScene()
    const { town, pods } = scene
    await diesAt(scene, places, strategy)
    expect(await theEnd(town)).toMatchObject({ status: 'completed', strategy, issues: [] })
    await toldOnce(town)
    expect([pods.get('v2.0')?.size, pods.get('v1.9')?.size]).toEqual([made, old])
    expect(town.world.simulation.trafficShares('production', 'api')).toEqual({ 'v2.0': 1 })
  })
  it.each([
    ['while it restores traffic', ['after way-back-0', 'before way-back-1']],
    ['while it tidies up', ['after way-back-2', 'before rolled-back']],
  ])('on the way back, %s, still goes back', IN_TIME, async (_when, places) => {
    const scene = await openScene()
    const { town, pods } = scene
    const watched = town.when(async () => ((await town.load())?.step === 'watch-25' ? true : undefined))
    void watched.then(() => town.world.setFault('v2.0', 'errors', true))
    await diesAt(scene, places)
    expect(await theEnd(town)).toMatchObject({ status: 'rolled-back' })
    await toldOnce(town)
    expect(town.world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
    expect(pods.get('v1.9')?.size).toBe(4)
  })
  it('at the moment of an abort does not lose it', IN_TIME, async () => {
    const { town, bots } = await openScene()
    const bot = bots.start('after way-back-0')
    await bot.ready
    approveWhenAsked(town)
    await order(town, '/deploy api v2.0 canary')
    await town.when(async () => ((await town.load())?.step === 'watch-50' ? true : undefined))
    void town.when(async () => {
      await town.press(ANNA, 'abort')
      return (await town.load())?.status === 'going-back' ? true : undefined
    })
    expect(await bot.ended).toBe('SIGKILL')
    bots.start(null)
    expect(await theEnd(town)).toMatchObject({
      status: 'rolled-back',
      goingBack: { trigger: 'abort', by: { id: ANNA } },
    })
    await toldOnce(town)
    expect(town.world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
  })
})
