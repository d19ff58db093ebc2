import { describe, expect, it } from 'vitest'
import { KNOWN_AFTER_MS, untilKnown, waitUntilKnown } from '../../../src/jobs/perform/known-to-routers.ts'
import type { Slot, SlotState } from '../../../src/ports/cluster.ts'
import { makePod, makeService } from '../../playbook/fixtures.ts'

const now = Date.UTC(2026, 10, 24, 10)
const since = (ms: number) => makePod(`ready for ${ms} ms`, { readySince: now - ms })

describe('how long until those who route know a pod', () => {
  it.each([
    // Kubernetes cuts to the second: what looks 3 s old may be 2 s old.
    ['just ready', [since(0)], KNOWN_AFTER_MS + 1_000],
    ['ready for a while', [since(1_500)], KNOWN_AFTER_MS - 500],
    ['ready for long', [since(60_000)], 0],
    ['one of them known', [since(0), since(60_000)], 0],
    ['a node whose clock is far ahead', [since(-3_600_000)], 0],
    ['none ready', [makePod('unready', { ready: false, readySince: null })], 0],
    ['one that ends does not count', [makePod('going', { terminating: true, readySince: 0 }), since(0)], 4_000],
    ['a make that does not say', [makePod('silent')], 0],
  ])('%s', (_, pods, wait) => {
    expect(untilKnown({ pods }, now)).toBe(wait)
  })
})

describe('a share', () => {
  const slot = (pods: SlotState['pods']): SlotState => ({
    exists: true,
    wanted: pods.length,
    ready: pods.length,
    available: pods.length,
    updated: pods.length,
    complete: true,
    stuck: null,
    image: null,
    pods,
  })
  const slots: Record<Slot, SlotState> = { stable: slot([since(60_000)]), canary: slot([since(0)]), previous: slot([]) }
  const engine = {
    clock: { now: () => now, schedule: () => () => undefined, toRealMs: (ms: number) => ms },
    cluster: { look: async () => ({ at: now, watched: true, slots, shares: null }) },
  }
  const signal = new AbortController().signal
  const istio = makeService({
    router: { kind: 'istio', virtualService: 'api', by: 'host', stable: 'api', canary: 'api-canary' },
  })

  it('waits for the side it is given to', async () => {
    expect(await waitUntilKnown(engine, istio, 'canary', signal)).toMatchObject({ kind: 'not-yet', retryMs: 4_000 })
    expect(await waitUntilKnown(engine, istio, 'stable', signal)).toBeUndefined()
  })

  it('waits for nothing where the addresses themselves divide the traffic', async () => {
    expect(
      await waitUntilKnown(engine, makeService({ router: { kind: 'replicas' } }), 'canary', signal),
    ).toBeUndefined()
  })
})
