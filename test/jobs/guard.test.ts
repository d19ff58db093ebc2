import { describe, expect, it } from 'vitest'
import { steppedClock } from '../../src/adapters/clocks.ts'
import { memoryStore } from '../../src/adapters/memory/memory-store.ts'
import type { Engine } from '../../src/jobs/engine.ts'
import { guard } from '../../src/jobs/guard.ts'
import type { Cluster, SlotState } from '../../src/ports/cluster.ts'
import type { Job } from '../../src/ports/queue.ts'
import { makePorts } from '../checks/fixtures.ts'
import { makePod, newDeployment, PIN, T0 } from '../playbook/fixtures.ts'

const NO_SLOT: SlotState = {
  exists: false,
  wanted: 0,
  ready: 0,
  available: 0,
  updated: 0,
  complete: true,
  stuck: null,
  image: null,
  pods: [],
}
const WELL: SlotState = { ...NO_SLOT, exists: true, wanted: 1, ready: 1, pods: [makePod('api-canary-1')] }

function refuse(): never {
  throw new Error('the guard only looks')
}

async function nextLook(watched: boolean): Promise<number> {
  const store = memoryStore()
  await store.create({ ...newDeployment(), pin: PIN }, [])
  const jobs: Job[] = []
  const ports = makePorts()
  const look: Cluster['look'] = async () => ({
    at: T0,
    watched,
    shares: null,
    slots: { stable: NO_SLOT, canary: WELL, previous: NO_SLOT },
  })
  const cluster: Cluster = {
    inspect: refuse,
    dryRun: refuse,
    pin: refuse,
    pinned: refuse,
    ensureSlot: refuse,
    route: refuse,
    promote: refuse,
    settle: refuse,
    restore: refuse,
    tidy: refuse,
    forget: refuse,
    foreign: refuse,
    reclaim: refuse,
    changedConfigs: refuse,
    logs: refuse,
    watch: refuse,
    close: refuse,
    look,
  }
  const engine: Engine = {
    ...ports,
    cluster,
    eyes: { read: refuse },
    store,
    clock: steppedClock(T0),
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
  await guard(engine, 'api-1', new AbortController().signal)
  return (jobs.findLast((job) => job.kind === 'guard')?.at ?? 0) - T0
}

describe('the poll beneath the watch', () => {
  it('comes every 5 s while no watch stands, and every 30 s beneath a live one', async () => {
    expect(await nextLook(false)).toBe(5_000)
    expect(await nextLook(true)).toBe(30_000)
  })
})
