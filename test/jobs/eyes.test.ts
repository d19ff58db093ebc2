/** The poller behind the eyes: when it looks, what it remembers, and what it leaves alone. */
import { describe, expect, it } from 'vitest'
import { steppedClock } from '../../src/adapters/clocks.ts'
import { memoryStore } from '../../src/adapters/memory/memory-store.ts'
import { makeEyes } from '../../src/jobs/eyes.ts'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { SECOND } from '../../src/playbook/durations.ts'
import type { PodReading } from '../../src/playbook/judge-counts.ts'
import { ClusterError } from '../../src/ports/cluster.ts'
import type { Eyes } from '../../src/ports/eyes.ts'
import type { Job } from '../../src/ports/queue.ts'
import { StoreUnavailable } from '../../src/ports/store.ts'
import { ana, EYES, makeService, must, newDeployment, walkTo } from '../playbook/fixtures.ts'

interface Pods {
  ok: number
  failed: number
  /** In place of counters. */
  unknown?: string
}

async function open(start = walkTo(newDeployment(makeService({ eyes: EYES })), 'watch-25')) {
  const { deployment, now } = start
  const clock = steppedClock(now)
  const store = memoryStore()
  await store.create(deployment, [])
  const pods: Pods = { ok: 0, failed: 0 }
  const counts = { reads: 0, saves: 0, slots: [] as string[] }
  const jobs: Job[] = []
  const interrupted: string[] = []
  const log: string[] = []
  const say = (level: string) => (_: object, sentence: string) => void log.push(`${level}: ${sentence}`)
  const read = async (_service: unknown, slot: string): Promise<readonly PodReading[]> => {
    counts.reads += 1
    counts.slots.push(slot)
    const about = { pod: 'api-canary-a', life: 'u1/0' }
    if (pods.unknown !== undefined) return [{ ...about, unknown: pods.unknown }]
    const errors = new Map([['500', pods.failed]])
    return [{ ...about, requests: new Map([['200', pods.ok], ...errors]), errors }]
  }
  const port: { read: Eyes['read'] } = { read }
  const failing: { load?: Error; add?: Error } = {}
  const parts = {
    eyes: { read: (...args: Parameters<Eyes['read']>) => port.read(...args) },
    store: {
      ...store,
      load: async (id: string) => {
        if (failing.load) throw failing.load
        return store.load(id)
      },
      save: async (...args: Parameters<typeof store.save>) => {
        counts.saves += 1
        return store.save(...args)
      },
    },
    queue: {
      add: async (job: Job) => {
        if (failing.add) throw failing.add
        jobs.push(job)
      },
      interrupt: async (id: string) => void interrupted.push(id),
      work: async () => {},
      close: async () => {},
    },
    clock,
    log: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
  }
  const eyes = makeEyes(parts)
  /** So many seconds, each with its look to the end. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advanceTo(clock.now() + SECOND)
      await eyes.idle()
    }
  }
  const begin = async (record: Deployment = deployment) => {
    eyes.follow(record)
    clock.advanceTo(clock.now())
    await eyes.idle()
  }
  const load = async () => (await store.load(deployment.id)) ?? deployment
  return {
    deployment,
    clock,
    store,
    pods,
    port,
    counts,
    jobs,
    interrupted,
    log,
    failing,
    parts,
    eyes,
    pass,
    begin,
    load,
  }
}

describe('open eyes', () => {
  it('look at once, then each second, and write nothing while all is well', async () => {
    const { begin, pass, pods, counts, jobs } = await open()
    await begin()
    expect(counts.reads).toBe(1)
    for (let n = 0; n < 30; n += 1) {
      pods.ok += 100
      await pass(1)
    }
    expect(counts).toMatchObject({ reads: 31, saves: 0 })
    expect(jobs).toEqual([])
  })

  it('record what they find once, interrupt what runs, and have the way back enqueued', async () => {
    const { begin, pass, pods, counts, jobs, interrupted, load } = await open()
    await begin()
    pods.ok += 100
    await pass(1)
    pods.ok += 80
    pods.failed += 20
    await pass(1)
    expect(await load()).toMatchObject({ status: 'going-back', goingBack: { trigger: 'critical' } })
    expect(interrupted).toEqual(['api-1'])
    expect(jobs.map(({ kind, at }) => `${kind} ${at}`)).toEqual(['way-back 0', 'announce 0'])
    await pass(10)
    expect(counts).toMatchObject({ reads: 3, saves: 1 })
  })

  it('never look twice at a time, however long a look takes', async () => {
    const { begin, pass, port, counts, clock, eyes } = await open()
    await begin()
    const { read } = port
    const answers: (() => void)[] = []
    port.read = async (...args) => {
      await new Promise<void>((resolve) => void answers.push(resolve))
      return read(...args)
    }
    for (let second = 0; second < 5; second += 1) clock.advanceTo(clock.now() + SECOND)
    expect(answers).toHaveLength(1)
    answers[0]?.()
    await eyes.idle()
    port.read = read
    await pass(1)
    expect(counts.reads).toBe(3)
  })

  it('know nothing of what another process saw', async () => {
    const { begin, parts, pods, pass, deployment, clock, load } = await open()
    await begin()
    pods.failed += 1_000
    const other = makeEyes(parts)
    other.follow(deployment)
    clock.advanceTo(clock.now())
    await other.idle()
    expect((await load()).status).toBe('running')
    await pass(1)
    expect((await load()).status).toBe('going-back')
  })

  it('of two processes begin one way back', async () => {
    const { begin, parts, pods, deployment, clock, eyes, store, jobs } = await open()
    await begin()
    const other = makeEyes(parts)
    other.follow(deployment)
    clock.advanceTo(clock.now())
    await other.idle()
    pods.failed += 100
    clock.advanceTo(clock.now() + SECOND)
    await Promise.all([eyes.idle(), other.idle()])
    const told = (await store.timeline('api-1')).filter(({ type }) => type === 'pods-failing')
    expect(told.filter(({ audience }) => audience === 'channel')).toHaveLength(1)
    // The same job twice is one job.
    const moves = jobs.filter(({ kind }) => kind === 'way-back').map(({ key, deployment: id }) => `${id} ${key}`)
    expect([...new Set(moves)]).toEqual(['api-1 move'])
  })
})

describe('eyes that cannot see', () => {
  it('take it for nothing, and say so once for each reason', async () => {
    const { begin, pass, pods, port, log, load } = await open()
    await begin()
    pods.unknown = 'connection refused'
    await pass(20)
    port.read = async () => {
      throw new ClusterError('late', 'no answer from the API server')
    }
    await pass(20)
    expect((await load()).status).toBe('running')
    const told = log.filter((line) => line.startsWith('warn'))
    expect(told).toHaveLength(2)
    expect(told[0]).toContain('api-canary-a: connection refused')
    expect(told[1]).toContain('no answer from the API server')
  })

  it('say when they see again', async () => {
    const { begin, pass, pods, log } = await open()
    pods.unknown = 'connection refused'
    await begin()
    delete pods.unknown
    await pass(2)
    expect(log.filter((line) => line.startsWith('info'))).toEqual(["info: the pods' own counters can be read again"])
  })

  it('try again when what they found could not be recorded', async () => {
    const { begin, pass, pods, failing, load } = await open()
    await begin()
    failing.load = new StoreUnavailable('Redis is away')
    pods.failed += 100
    await pass(3)
    delete failing.load
    expect((await load()).status).toBe('running')
    pods.failed += 10
    await pass(1)
    expect((await load()).status).toBe('going-back')
  })

  it('enqueue the way back at the next look when that failed after it was recorded', async () => {
    const { begin, pass, pods, failing, load, jobs } = await open()
    await begin()
    failing.add = new StoreUnavailable('Redis is away')
    pods.failed += 100
    await pass(1)
    expect((await load()).status).toBe('going-back')
    delete failing.add
    pods.failed += 10
    await pass(1)
    expect(jobs.map(({ kind }) => kind)).toContain('way-back')
  })
})

describe('the deployments that are followed', () => {
  it('are those with traffic, and none without eyes', async () => {
    const early = walkTo(newDeployment(makeService({ eyes: EYES })), 'approve-5')
    const off = walkTo(newDeployment(), 'watch-25')
    for (const start of [early, off]) {
      const { begin, counts } = await open(start)
      await begin()
      expect(counts.reads).toBe(0)
    }
  })

  it('are left when they go back, also by the word of another process', async () => {
    const { begin, pass, counts, store, deployment, clock } = await open()
    await begin()
    const { deployment: back } = must(deployment, { type: 'abort-asked', by: ana, reason: null }, clock.now())
    await store.save(back, [], deployment.revision)
    // The record is read anew every 5 s.
    await pass(20)
    expect(counts.reads).toBe(5)
    expect(clock.nextDeadline()).toBeUndefined()
  })

  it('are not charged again with what a person resumed over', async () => {
    const ask = walkTo(newDeployment(makeService({ eyes: EYES, onBreach: 'ask' })), 'watch-25')
    const { begin, pass, pods, load, store, eyes, clock } = await open(ask)
    await begin()
    pods.failed += 100
    await pass(1)
    const held = await load()
    expect(held).toMatchObject({ status: 'holding', hold: { reason: 'critical' } })
    const { deployment: resumed } = must(held, { type: 'resumed', by: ana }, clock.now())
    await store.save(resumed, [], held.revision)
    eyes.follow(resumed)
    pods.ok += 100
    await pass(1)
    expect((await load()).status).toBe('running')
  })

  it('are all left when the process ends', async () => {
    const { begin, counts, eyes, clock, pass } = await open()
    await begin()
    eyes.close()
    expect(clock.nextDeadline()).toBeUndefined()
    await pass(3)
    expect(counts.reads).toBe(1)
  })
})
