/** The bot killed with -9 in each phase and on the way back, and started again. */
import { afterAll, describe, expect, inject, it } from 'vitest'
import { type Deployment, isLive } from '../../src/playbook/deployment.ts'
import { type BotProcesses, botProcesses } from './bot-processes.ts'
import { exampleService } from './example-services.ts'
import { brisk } from './stage.ts'
import { ANNA, BEN, openTown, read, type Town } from './town.ts'

const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  await Promise.all(closing.map((close) => close()))
})

interface Scene {
  readonly town: Town
  readonly bots: BotProcesses
  /** Every pod that ever was, by version. */
  readonly pods: ReadonlyMap<string, ReadonlySet<string>>
}

async function openScene(): Promise<Scene> {
  const town = await openTown([brisk(exampleService('api'))], inject('redisUrl'))
  const bots = botProcesses(town)
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

/** Starts it anew for each place to die at, and once more to live. */
async function diesAt(scene: Scene, ...places: readonly string[]): Promise<void> {
  const { town, bots } = scene
  approveWhenAsked(town)
  for (const place of places) {
    const bot = bots.start(place)
    await bot.ready
    if (town.card() === undefined) void town.command(BEN, '/deploy api v2.0 canary')
    expect(await Promise.race([bot.ended, endedWithout(scene, place)])).toBe('SIGKILL')
  }
  await bots.start(null).ready
}

/** A deployment that has ended never gets to the place: better to say so than to wait for it. */
async function endedWithout({ town }: Scene, place: string): Promise<never> {
  const end = await town.when(async () => {
    const deployment = await town.load()
    return deployment && !isLive(deployment) ? deployment : undefined
  })
  const told = (await town.timeline()).slice(-3).map((entry) => entry.text)
  throw new Error(`it ended ${end.status} at ${end.step}, and nobody died ${place}: ${told.join(' ')}`)
}

/** The second person presses the button for as long as it stands there. */
function approveWhenAsked(town: Town): void {
  void town.when(async () => {
    if (!read(town.card()).includes('[Approve')) return undefined
    await town.press(ANNA, 'approve')
    return (await town.load())?.approvals.length === 1 ? true : undefined
  })
}

const endsAs = ({ town }: Scene, status: Deployment['status']) =>
  town.when(async () => {
    const deployment = await town.load()
    return deployment?.status === status ? deployment : undefined
  })

/** All that the record tells stands in the one card's thread, once. */
async function toldOnce({ town }: Scene): Promise<void> {
  await town.when(async () => {
    const told = (await town.timeline()).filter((entry) => entry.audience !== 'record')
    return town.replies().length >= told.length ? true : undefined
  })
  expect(town.roots()).toHaveLength(1)
  const replies = town.replies().map(read)
  const told = (await town.timeline()).filter((entry) => entry.audience !== 'record')
  expect(replies).toHaveLength(told.length)
  expect(new Set(town.replies().map((reply) => JSON.stringify(reply.metadata))).size).toBe(replies.length)
}

/** Each death costs up to five seconds: the lock of the dead worker has to run out. */
const IN_TIME = { timeout: 90_000 }

describe.concurrent('a bot that is killed', () => {
  it.each([
    { when: 'before there is a new pod', places: ['after checks', 'before start'] },
    { when: 'while traffic moves', places: ['after route-25', 'before health'] },
    { when: 'at 100 %', places: ['after load', 'before watch-100', 'before promote'] },
  ])('$when goes on with the same card, and rolls nothing out twice', IN_TIME, async ({ places }) => {
    const scene = await openScene()
    await diesAt(scene, ...places)
    const end = await endsAs(scene, 'completed')
    await toldOnce(scene)
    expect(end.issues).toEqual([])
    expect(end.approvals).toHaveLength(1)
    expect([scene.pods.get('v2.0')?.size, scene.pods.get('v1.9')?.size]).toEqual([8, 8])
    expect(scene.town.world.simulation.trafficShares('production', 'api')).toEqual({ 'v2.0': 1 })
  })
  it.each([
    { when: 'while it restores traffic', places: ['after way-back-0', 'before way-back-1'] },
    { when: 'while it tidies up', places: ['after way-back-2', 'before rolled-back'] },
  ])('on the way back, $when, still goes back', IN_TIME, async ({ places }) => {
    const scene = await openScene()
    const { town, pods } = scene
    const watched = town.when(async () => ((await town.load())?.step === 'watch-25' ? true : undefined))
    void watched.then(() => town.world.setFault('v2.0', 'errors', true))
    await diesAt(scene, ...places)
    await endsAs(scene, 'rolled-back')
    await toldOnce(scene)
    expect(town.world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
    expect(pods.get('v1.9')?.size).toBe(4)
  })
  it('at the moment of an abort does not lose it', IN_TIME, async () => {
    const scene = await openScene()
    const { town, bots } = scene
    const bot = bots.start('after way-back-0')
    await bot.ready
    approveWhenAsked(town)
    void town.command(BEN, '/deploy api v2.0 canary')
    await town.when(async () => ((await town.load())?.step === 'watch-50' ? true : undefined))
    void town.press(ANNA, 'abort')
    expect(await bot.ended).toBe('SIGKILL')
    bots.start(null)
    const end = await endsAs(scene, 'rolled-back')
    expect(end.goingBack).toMatchObject({ trigger: 'abort', by: { id: ANNA } })
    await toldOnce(scene)
    expect(town.world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
  })
})
