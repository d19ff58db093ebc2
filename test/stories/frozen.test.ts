/** Two workers, one of them frozen past its lock and woken when the other has rolled everything back and tidied. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, inject, it, onTestFinished } from 'vitest'
import { exampleService } from './example-services.ts'
import type { Told } from './frozen-process.ts'
import { brisk } from './stage.ts'
import { ANNA, openTown, type Town } from './town.ts'
import { approveWhenAsked, order, theEnd } from './town-life.ts'

const ENTRY = fileURLToPath(new URL('frozen-process.ts', import.meta.url))

/** The worker that freezes itself; what it tells, as it tells it. */
function startDrowsy(town: Town) {
  const child = fork(ENTRY, [], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const told: Told[] = []
  child.on('message', (message) => {
    told.push(message as Told)
    town.poke()
  })
  onTestFinished(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  })
  child.send(town.papers)
  return {
    wake: () => child.kill('SIGCONT'),
    tells: (wanted: (told: Told) => boolean) => town.when(() => told.find(wanted)),
  }
}

const VIRTUAL_SERVICE = '/apis/networking.istio.io/v1/namespaces/production/virtualservices/search'

it('a worker that slept through a rollback, its tidying included, is refused when it wakes', async () => {
  const town = await openTown([brisk(exampleService('search'))], inject('redisUrl'))
  onTestFinished(() => town.stop())
  await town.run({ role: 'bot' })
  const drowsy = startDrowsy(town)
  await drowsy.tells((told) => told === 'ready')
  approveWhenAsked(town)
  await order(town, '/deploy search v2.0 canary')
  await drowsy.tells((told) => told === 'asleep')

  // Its lock runs out: the other goes on with the very step over which it sleeps.
  await town.run({ role: 'worker' })
  await town.when(async () => ((await town.load())?.step === 'watch-25' ? true : undefined))
  await town.press(ANNA, 'abort')
  expect(await theEnd(town)).toMatchObject({ status: 'rolled-back' })
  const before = await town.load()

  drowsy.wake()
  const woken = await drowsy.tells((told) => typeof told === 'object')
  expect(woken).toEqual({ share: 'fenced' })
  expect(town.world.simulation.trafficShares('production', 'search')).toEqual({ 'v1.9': 1 })
  const route = await (await fetch(`${town.world.simulation.url}${VIRTUAL_SERVICE}`)).text()
  expect([...route.matchAll(/"weight":(\d+)/g)].map(([, weight]) => weight)).toEqual(['100', '0'])
  expect(await town.load()).toEqual(before)
})
