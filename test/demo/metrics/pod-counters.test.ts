import { describe, expect, it } from 'vitest'
import { parseCounters } from '../../../src/adapters/kubernetes/eyes/parse-counters.ts'
import { APPLICATION_COUNTS, ISTIO_COUNTS } from '../../../src/config/eyes-options.ts'
import { parseSelectors } from '../../../src/config/series-selector.ts'
import { counterPage } from '../../../src/demo/metrics/counter-page.ts'
import { podCounters } from '../../../src/demo/metrics/pod-counters.ts'
import type { Sickness, TrafficPod } from '../../../src/demo/metrics/traffic-history.ts'

const pod = (name: string, version: string, ready = true): TrafficPod => ({ name, version, ready })

/** 200 requests a second, a quarter of them to v2.0 on two pods. */
function scene() {
  const state = {
    shares: { 'v1.9': 0.75, 'v2.0': 0.25 } as Record<string, number>,
    pods: [pod('api-a', 'v1.9'), pod('api-canary-b', 'v2.0'), pod('api-canary-c', 'v2.0')],
    sick: 'none' as Sickness,
  }
  const source = { shares: () => state.shares, pods: () => state.pods }
  const counters = podCounters(source, (version) => (version === 'v2.0' ? state.sick : 'none'))
  const count = (second: number, name: string) => counters.count(second * 1000, 'shop', 'api', name)
  return { state, counters, count }
}

describe('the counters of a simulated pod', () => {
  it('grow by its part of the traffic, in whole requests', () => {
    const { count } = scene()
    expect(count(0, 'api-canary-b')).toEqual({ requests: 0, errors: 0 })
    expect(count(10, 'api-canary-b')).toEqual({ requests: 250, errors: 0 })
    expect(count(10, 'api-a')).toEqual({ requests: 1_500, errors: 0 })
    expect(count(10.5, 'api-canary-c')).toEqual({ requests: 262, errors: 0 })
  })

  it('count what was, when shares, pods and health change', () => {
    const { state, counters, count } = scene()
    count(0, 'api-canary-b')
    state.pods = state.pods.filter(({ name }) => name !== 'api-canary-c')
    counters.observe(10_000)
    expect(count(10, 'api-canary-b')?.requests).toBe(250)
    state.shares = { 'v1.9': 0.5, 'v2.0': 0.5 }
    counters.observe(20_000)
    expect(count(20, 'api-canary-b')?.requests).toBe(750)
    state.sick = 'errors'
    counters.observe(30_000)
    expect(count(30, 'api-canary-b')).toEqual({ requests: 1_750, errors: 0 })
    expect(count(40, 'api-canary-b')).toEqual({ requests: 2_750, errors: 120 })
  })

  it('are not told by a version that reports nothing', () => {
    const { state, count } = scene()
    count(0, 'api-canary-b')
    state.sick = 'no-metrics'
    expect(count(10, 'api-canary-b')).toBeNull()
    expect(count(10, 'api-a')?.requests).toBe(1_500)
  })
})

describe('the metrics page of a simulated pod', () => {
  const own = (requests: string, errors: string) => ({
    requests: parseSelectors(requests) ?? [],
    errors: parseSelectors(errors) ?? [],
  })
  it.each([
    ['the default counters', APPLICATION_COUNTS],
    ['those of a mesh', ISTIO_COUNTS],
    [
      'other labels',
      own('hits_total{outcome!="", kind!~"probe|ready"}', 'hits_total{outcome=~"error|timeout", kind!~"probe|ready"}'),
    ],
    ['two counters', own('served', 'served_badly{why!=""}')],
    ['an odd value', own('hits{tenant="shop"}', 'hits{tenant="shop",level="fatal"}')],
  ])('is read by whoever wrote the catalogue: %s', (_what, eyes) => {
    const page = parseCounters(counterPage(eyes, { requests: 1_000, errors: 120 }), eyes, false)
    if ('fault' in page) throw new Error(page.fault)
    const sum = (counters: ReadonlyMap<string, number>) => [...counters.values()].reduce((a, b) => a + b, 0)
    expect([sum(page.requests), sum(page.errors)]).toEqual([1_000, 120])
  })
})
