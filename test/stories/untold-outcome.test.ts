/** A process that dies between the last save of a deployment and the job that would tell it. */
import { expect, it } from 'vitest'
import { type SteppedClock, steppedClock } from '../../src/adapters/clocks.ts'
import { memoryQueue } from '../../src/adapters/memory/memory-queue.ts'
import { memoryStore } from '../../src/adapters/memory/memory-store.ts'
import { startWorker } from '../../src/commands/compose.ts'
import type { Engine } from '../../src/jobs/engine.ts'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE } from '../../src/playbook/durations.ts'
import { type Chat, ChatError } from '../../src/ports/chat.ts'
import type { Store } from '../../src/ports/store.ts'
import { sampleDeployment, sampleEntry } from '../contracts/sample-deployment.ts'
import { recordedChat } from '../running/recorded-chat.ts'

const nobody = () => Promise.reject(new Error('nothing but the store and Slack has a part in this story'))

async function startProcess(store: Store, clock: SteppedClock, chat: Chat) {
  const trouble: unknown[] = []
  const queue = memoryQueue({ clock, onError: (error) => trouble.push(error) })
  const engine: Engine = {
    store,
    queue,
    clock,
    cluster: {
      inspect: nobody,
      capacity: nobody,
      look: nobody,
      dryRun: nobody,
      pin: nobody,
      pinned: nobody,
      ensureSlot: nobody,
      route: nobody,
      promote: nobody,
      settle: nobody,
      restore: nobody,
      tidy: nobody,
      forget: nobody,
      foreign: nobody,
      reclaim: nobody,
      changedConfigs: nobody,
      logs: nobody,
      watch: () => () => {},
      close: async () => {},
    },
    eyes: { read: nobody },
    metrics: { sample: nobody, probe: nobody, alerts: nobody },
    registry: { resolve: nobody },
    probe: { get: nobody },
    journal: { append: async () => {} },
    incidents: { append: async () => {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  }
  const worker = await startWorker(engine, chat)
  /** Lets so many minutes go by, with the sweep of each, and all that is due in them. */
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) {
      clock.advanceTo(clock.now() + MINUTE)
      await worker.sweep()
      await queue.runDue()
    }
  }
  return { worker, pass, trouble }
}

/** As it stands in the store after the crash: everything but the outcome was told. */
async function leftBehind(clock: SteppedClock): Promise<Store> {
  const store = memoryStore()
  const running = sampleDeployment('api', 1, { createdAt: clock.now(), stepSince: clock.now() })
  await store.create(running, [sampleEntry('api v2.0 was asked for')])
  await store.saveTold('api-1', { card: '1.1', cursor: 1, drawn: '', drawnAt: 0, inFlight: null, asked: [] })
  const refused: Deployment = { ...running, status: 'refused', endedAt: clock.now(), revision: 2 }
  await store.save(refused, [{ ...sampleEntry('The outcome of api-1', 2), audience: 'channel' }], 1)
  return store
}

const START = Date.UTC(2026, 11, 1, 14)

it('tells the outcome once, when a process starts again, and is done with it', async () => {
  const clock = steppedClock(START)
  const store = await leftBehind(clock)
  const chat = recordedChat()
  const { worker, pass, trouble } = await startProcess(store, clock, chat)
  await pass(10)
  expect(chat.said.filter((row) => row.text.includes('The outcome of api-1'))).toHaveLength(1)
  expect(await store.open()).toEqual([])
  expect(await worker.sweep()).toBe(0)
  expect(trouble).toEqual([])
})

it('asks a Slack that refuses at most once for each sweep, and tells the outcome when it gives in', async () => {
  const clock = steppedClock(START)
  const store = await leftBehind(clock)
  const chat = recordedChat()
  let refusals = 0
  let archived = true
  const stubborn: Chat = {
    ...chat,
    post: (message, to) => {
      if (!archived) return chat.post(message, to)
      refusals += 1
      return Promise.reject(new ChatError('refused', 'is_archived', 'the channel is archived'))
    },
  }
  const { pass } = await startProcess(store, clock, stubborn)
  await pass(60)
  expect(refusals).toBeGreaterThan(0)
  expect(refusals).toBeLessThanOrEqual(60)
  expect(await store.open()).toEqual(['api-1'])
  archived = false
  await pass(10)
  expect(chat.said.filter((row) => row.text.includes('The outcome of api-1'))).toHaveLength(1)
  expect(await store.open()).toEqual([])
})
