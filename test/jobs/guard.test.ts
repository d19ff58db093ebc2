import { describe, expect, it } from 'vitest'
import { steppedClock } from '../../src/adapters/clocks.ts'
import { ABSENT } from '../../src/adapters/kubernetes/slot-state.ts'
import { memoryStore } from '../../src/adapters/memory/memory-store.ts'
import type { Engine } from '../../src/jobs/engine.ts'
import { guard } from '../../src/jobs/guard.ts'
import type { Strategy } from '../../src/playbook/service.ts'
import { type Cluster, ClusterError, type Sighting, type SlotState } from '../../src/ports/cluster.ts'
import type { Job } from '../../src/ports/queue.ts'
import { makePorts } from '../checks/fixtures.ts'
import { ben, makePod, must, newDeployment, T0, walkTo } from '../playbook/fixtures.ts'

const WELL: SlotState = { ...ABSENT, exists: true, wanted: 1, ready: 1, pods: [makePod('api-canary-1')] }

function refuse(): never {
  throw new Error('the guard only looks')
}

/** What the guard sets going is not done in these tests. */
async function later(): Promise<never> {
  throw new ClusterError('late', 'Could not write: no answer.')
}

const SIGHTING: Sighting = {
  at: T0,
  watched: false,
  writtenBy: null,
  shares: null,
  slots: { stable: ABSENT, canary: WELL, previous: ABSENT },
}

interface Begun {
  readonly strategy?: Strategy
  readonly step?: string
  /** A person holds it. */
  readonly held?: boolean
}

/** A guard on a cluster that answers a look as it is told to, and what comes of it. */
async function onGuard(answer: () => Sighting, { strategy = 'canary', step = 'approve-5', held = false }: Begun = {}) {
  const store = memoryStore()
  const { deployment, now } = walkTo(newDeployment(undefined, T0, strategy), step)
  const hold = { type: 'held', by: ben, reason: null } as const
  await store.create(held ? must(deployment, hold, now).deployment : deployment, [])
  const clock = steppedClock(now)
  const jobs: Job[] = []
  const ports = makePorts()
  let seenAgoMs = 0
  const cluster: Cluster = {
    inspect: refuse,
    capacity: refuse,
    pinned: refuse,
    dryRun: refuse,
    pin: refuse,
    ensureSlot: refuse,
    route: later,
    promote: refuse,
    settle: refuse,
    restore: later,
    tidy: refuse,
    forget: refuse,
    foreign: refuse,
    reclaim: refuse,
    changedConfigs: refuse,
    logs: refuse,
    watch: refuse,
    close: refuse,
    look: async () => ({ ...answer(), at: clock.now() - seenAgoMs }),
  }
  const engine: Engine = {
    ...ports,
    cluster,
    eyes: { read: refuse },
    store,
    clock,
    metrics: { ...ports.metrics, sample: refuse },
    queue: {
      add: async (job) => void jobs.push(job),
      interrupt: async () => {},
      work: async () => {},
      close: async () => {},
    },
    journal: { append: refuse },
    incidents: { append: refuse },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  }
  return {
    clock,
    look: () => guard(engine, 'api-1', new AbortController().signal),
    /** So long ago was seen what a look brings now, ms: the worker slept in between. */
    sleepMs: (ms: number) => {
      seenAgoMs = ms
    },
    /** How long after the present look the next one comes, ms. */
    pause: () => (jobs.findLast((job) => job.kind === 'guard')?.at ?? 0) - clock.now(),
    told: async () => (await store.timeline('api-1')).map((entry) => entry.text),
    load: async () => store.load('api-1'),
  }
}

describe('the poll beneath the watch', () => {
  it('comes every 5 s while no watch stands, and every 30 s beneath a live one', async () => {
    let watched = false
    const { look, pause } = await onGuard(() => ({ ...SIGHTING, watched }))
    await look()
    expect(pause()).toBe(5_000)
    watched = true
    await look()
    expect(pause()).toBe(30_000)
  })
})

describe('some pods that are unready', () => {
  it('are looked at when their grace is over, also while it holds for something else and a watch would tell of changes', async () => {
    let ready = true
    const pods = () => [makePod('a'), makePod('b', { ready })]
    const { look, pause, load, clock } = await onGuard(
      () => ({
        ...SIGHTING,
        watched: true,
        slots: { ...SIGHTING.slots, canary: { ...WELL, wanted: 2, pods: pods() } },
      }),
      { step: 'watch-25', held: true },
    )
    await look()
    expect(pause()).toBe(30_000)
    ready = false
    await look()
    expect(pause()).toBe(10_000)
    clock.advanceTo(clock.now() + 10_000)
    await look()
    expect(await load()).toMatchObject({ status: 'going-back', goingBack: { trigger: 'unready' } })
  })
})

describe('ready pods that no Service lists any more', () => {
  const seen = (routed: boolean): Sighting => ({
    ...SIGHTING,
    slots: { ...SIGHTING.slots, canary: { ...WELL, pods: [makePod('api-canary-1', { routed })] } },
  })
  /** What becomes of a blue-green deployment at that step, whose pods were listed a moment ago. */
  const unlistedAt = async (step: string) => {
    let listed = true
    const { look, load } = await onGuard(() => seen(listed), { strategy: 'blue-green', step })
    await look()
    listed = false
    await look()
    return load()
  }

  it('are sick while they have the traffic', async () => {
    expect(await unlistedAt('watch-100')).toMatchObject({ status: 'holding', hold: { reason: 'unready' } })
    expect(await unlistedAt('promote')).toMatchObject({ status: 'going-back' })
  })
  it('are none while the bot leads the Service away from them', async () => {
    expect(await unlistedAt('settle')).toMatchObject({ status: 'running', step: 'settle' })
  })
})

describe('the real share of the traffic', () => {
  const withShare = (canary: number): Sighting => ({
    ...SIGHTING,
    shares: { stable: 100 - canary, canary, previous: 0 },
  })
  /** The share on record after the guard saw it at that step. */
  const afterLookAt = async (step: string, seen: number) => {
    const { look, load } = await onGuard(() => withShare(seen), { step })
    await look()
    return (await load())?.share.real
  }

  it('is kept true while the share stands: old pods that come or go change it', async () => {
    expect(await afterLookAt('watch-5', 12)).toBe(12)
  })
  it('is left alone while the bot itself moves it', async () => {
    expect(await afterLookAt('route-25', 20)).toBe(5)
  })
})

describe('while traffic moves to the promoted workload', () => {
  const promoted = (trouble: string | null): Sighting => ({
    ...SIGHTING,
    slots: { ...SIGHTING.slots, stable: { ...WELL, pods: [makePod('api-1', { trouble })] } },
  })
  it('its pods are watched as well as those that are left', async () => {
    let trouble: string | null = null
    const { look, load } = await onGuard(() => promoted(trouble), { step: 'settle' })
    await look()
    expect(await load()).toMatchObject({ status: 'running', pods: { ready: 2 } })
    trouble = 'CrashLoopBackOff'
    await look()
    expect(await load()).toMatchObject({ status: 'going-back', goingBack: { trigger: 'crash' } })
  })
  it('but not by a copy of it from before its promotion', async () => {
    const old = { ...WELL, image: 'registry.local/api:v1.9', pods: [makePod('api-0', { restarts: 3 })] }
    const answer = () => ({ ...SIGHTING, slots: { ...SIGHTING.slots, stable: old } })
    for (const step of ['settle', 'verify']) {
      const { look, load } = await onGuard(answer, { step })
      await look()
      expect((await load())?.status).toBe('running')
    }
  })
  it('and not before', async () => {
    const { look, load } = await onGuard(() => promoted('CrashLoopBackOff'), { step: 'promote' })
    await look()
    expect(await load()).toMatchObject({ status: 'running', pods: { ready: 1 } })
  })
})

describe('what was seen long ago', () => {
  it('decides nothing: the guard looks again at once', async () => {
    const sick = { ...WELL, pods: [makePod('api-canary-1', { trouble: 'OOMKilled' })] }
    const answer = () => ({ ...SIGHTING, slots: { ...SIGHTING.slots, canary: sick } })
    const { look, load, pause, sleepMs } = await onGuard(answer, { step: 'watch-25' })
    sleepMs(61_000)
    await look()
    expect(await load()).toMatchObject({ status: 'running', pods: null })
    expect(pause()).toBe(0)
    sleepMs(59_000)
    await look()
    expect((await load())?.status).toBe('going-back')
  })
})

describe('after the end', () => {
  const crashing = (image: string): Sighting => ({
    ...SIGHTING,
    slots: { ...SIGHTING.slots, stable: { ...WELL, image, pods: [makePod('api-1', { trouble: 'Error' })] } },
  })
  it('a crash of the new version goes back, one of an image that somebody else put there is theirs', async () => {
    const ours = await onGuard(() => crashing('registry.local/api:v2.0'), { step: 'nowhere' })
    await ours.look()
    expect((await ours.load())?.status).toBe('going-back')
    const theirs = await onGuard(() => crashing('registry.local/api:v3.0'), { step: 'nowhere' })
    await theirs.look()
    expect((await theirs.load())?.status).toBe('completed')
  })
})

describe('a cluster that does not answer the guard', () => {
  it('is told once when that lasts, holds what runs, and is told once more when it is seen again', async () => {
    let away = true
    const { look, pause, told, load, clock } = await onGuard(() => {
      if (away) throw new ClusterError('late', 'Could not list pods: no answer.')
      return SIGHTING
    })
    const begun = clock.now()
    for (const [seconds, lines] of [
      [0, 0],
      [10, 0],
      [15, 1],
      [55, 1],
      [60, 2],
      [300, 2],
    ] as const) {
      clock.advanceTo(begun + seconds * 1_000)
      await look()
      expect(pause()).toBe(5_000)
      expect(await told()).toHaveLength(lines)
    }
    expect(await load()).toMatchObject({ status: 'holding', hold: { reason: 'blind' } })
    away = false
    await look()
    expect(await load()).toMatchObject({ status: 'running', blind: null, pods: { ready: 1 } })
    expect((await told()).slice(2)).toEqual(['The cluster is seen again after 300 s; api-1 goes on by itself.'])
  })
  it('is no reason of a fault that is ours', async () => {
    const { look, load } = await onGuard(() => {
      throw new TypeError('x is not a function')
    })
    await expect(look()).rejects.toThrow('x is not a function')
    expect((await load())?.blind).toBeNull()
  })
})
