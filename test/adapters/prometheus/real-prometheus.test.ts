/** The shipped PromQL on a real engine: Prometheus scraping applications of the tests. One Prometheus for the file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { realClock } from '../../../src/adapters/clocks.ts'
import { prometheusMetrics } from '../../../src/adapters/prometheus/prometheus-metrics.ts'
import type { Reading, Threshold } from '../../../src/playbook/metrics.ts'
import {
  DEFAULT_THRESHOLDS,
  DEFAULT_TRAFFIC,
  EXAMPLE_QUERIES,
  ISTIO_THRESHOLDS,
  ISTIO_TRAFFIC,
} from '../../../src/playbook/thresholds.ts'
import type { Metrics } from '../../../src/ports/metrics.ts'
import {
  describeMetrics,
  hasTraffic,
  lookUntil,
  type Measured,
  type MetricsWorld,
  sampleOf,
} from '../../contracts/metrics-contract.ts'
import { TARGET_PODS } from '../../prometheus-target/measured-pods.ts'
import { measuredService } from '../../prometheus-target/measured-service.ts'
import { type RealPrometheus, startPrometheus } from '../../prometheus-target/real-prometheus.ts'
import { startTargets, type TargetServer } from '../../prometheus-target/target-pods.ts'

const GONE = new AbortController().signal
let targets: TargetServer
let prometheus: RealPrometheus
let metrics: Metrics
const clock = realClock()
const world: Pick<MetricsWorld, 'metrics' | 'now' | 'wait'> = {
  get metrics() {
    return metrics
  },
  now: () => clock.now(),
  wait: () => new Promise((resolve) => void setTimeout(resolve, 250)),
}
const of = (name: string, overrides: Parameters<typeof measuredService>[0] = {}): Measured => ({
  service: measuredService({ name, ...overrides }),
  slot: 'stable',
  version: 'v1.9',
})

beforeAll(async () => {
  targets = await startTargets(TARGET_PODS)
  prometheus = await startPrometheus(targets, [
    { name: 'CheckoutSlow', labels: { namespace: 'shop', severity: 'page' } },
    { name: 'DiskFull', labels: { namespace: 'attic', severity: 'page' } },
  ])
  metrics = prometheusMetrics({ url: prometheus.url, clock })
})
afterAll(async () => {
  await prometheus?.stop()
  await targets?.stop()
})

describeMetrics('Prometheus', async () => ({
  ...world,
  metrics,
  healthy: of('api'),
  failing: { ...of('api'), slot: 'canary', version: 'v2.0' },
  idle: of('idle'),
  unknown: of('nobody'),
  alerted: measuredService({ alerts: 'namespace="$namespace", severity="page"' }),
  quiet: measuredService({ alerts: 'namespace="$namespace", severity="ticket"' }),
  stop: () => Promise.resolve(),
}))

describe('the shipped PromQL on a real engine', () => {
  it('gives a whole error rate, not an empty one, when every answer is a 5xx', async () => {
    const { recent } = await lookUntil(world, () => sampleOf(world, { ...of('api'), slot: 'canary' }), hasTraffic)
    if (!('requests' in recent)) throw new Error(recent.absent)
    expect(recent.errors).toBe(recent.requests)
  })

  it('gives 0 errors, not an empty count, when there never was an error', async () => {
    const { recent } = await lookUntil(world, () => sampleOf(world, of('api')), hasTraffic)
    expect(recent).toMatchObject({ errors: 0 })
  })

  it('reads 0 of 0 as idle and the quantile of an empty histogram as absent', async () => {
    const { recent, readings } = await lookUntil(
      world,
      () => sampleOf(world, of('idle')),
      ({ recent }) => 'requests' in recent,
    )
    expect(recent).toMatchObject({ requests: 0, errors: 0 })
    expect(readings['latency-p99']).toEqual({ absent: 'not a number (nothing to divide by, or an empty histogram)' })
  })

  it('has no data for a pod that was scraped only once', async () => {
    const scraped = {
      ...of('fresh'),
      service: withQuery(of('fresh'), 'queue-depth', 'count(last_over_time(http_requests_total{pod=~"$pods"}[5m]))'),
    }
    const seen = await lookUntil(
      world,
      () => sampleOf(world, scraped),
      ({ readings }) => isValue(readings['queue-depth']),
    )
    expect(seen.readings['queue-depth']).toEqual({ value: 1 })
    expect(seen.recent).toEqual({ absent: 'requests: no series' })
  })

  it('never counts backwards when a counter starts anew, and does not count its past twice', async () => {
    await lookUntil(world, () => sampleOf(world, of('restarting')), hasTraffic)
    for (let look = 0; look < 8; look++) {
      const { recent } = await sampleOf(world, of('restarting'))
      if (!('requests' in recent)) throw new Error(recent.absent)
      expect(recent.requests).toBeGreaterThan(0)
      // 20 a second over 5 s; the 5,000 from before the first restart are not among them
      expect(recent.requests).toBeLessThan(400)
      await world.wait()
    }
  })

  it('does not count the pods of a neighbour whose name begins alike', async () => {
    const { recent } = await lookUntil(world, () => sampleOf(world, of('api')), hasTraffic)
    expect(recent).toMatchObject({ errors: 0 })
    const worker = await lookUntil(world, () => sampleOf(world, of('api-worker')), hasTraffic)
    if (!('requests' in worker.recent)) throw new Error(worker.recent.absent)
    expect(worker.recent.errors).toBe(worker.recent.requests)
    // one pod's 30 a second over 5 s: neither the StatefulSet's pod nor the others of the name are in it
    expect(worker.recent.requests).toBeLessThan(225)
  })

  it('counts statuses in a label named `status` as well as in `code`', async () => {
    const { recent } = await lookUntil(world, () => sampleOf(world, of('status')), hasTraffic)
    if (!('requests' in recent)) throw new Error(recent.absent)
    expect(recent.errors / recent.requests).toBeCloseTo(0.25, 2)
  })

  it('has no data, rather than no errors, when the status label has a name of its own', async () => {
    const seen = withQuery(of('odd'), 'queue-depth', 'count(http_requests_total{pod=~"$pods"})')
    const look = await lookUntil(
      world,
      () => sampleOf(world, { ...of('odd'), service: seen }),
      ({ readings }) => isValue(readings['queue-depth']),
    )
    expect(look.recent).toEqual({ absent: 'requests: no series' })
  })

  it('finds two series where one was expected, and still reads the other rows', async () => {
    const service = withQuery(
      of('api'),
      'queue-depth',
      'rate(http_requests_total{namespace="$namespace", pod=~"$pods"}[$window])',
    )
    const look = await lookUntil(world, () => sampleOf(world, { ...of('api'), service }), hasTraffic)
    expect(look.readings['queue-depth']).toEqual({ absent: '2 series where exactly one was expected' })
    expect(look.readings['latency-p95']).toHaveProperty('value')
  })

  it.each([
    ['does not parse', 'sum((', /refuses the query: .*parse error/],
    ['is no instant vector', 'http_requests_total[5m]', /refuses the query/],
    [
      'runs into duplicates',
      'http_requests_total / on (namespace) http_requests_total',
      /refuses the query: .*duplicate series/,
    ],
  ])('reads every other row when one query %s', async (_, query, reason) => {
    await lookUntil(world, () => sampleOf(world, of('api')), hasTraffic)
    const service = withQuery(of('api'), 'queue-depth', query)
    const look = await sampleOf(
      { ...world, metrics: prometheusMetrics({ url: prometheus.url, clock }) },
      { ...of('api'), service },
    )
    expect(look.unreachable).toBeUndefined()
    expect(hasTraffic(look)).toBe(true)
    expect(look.readings['queue-depth']).toMatchObject({ absent: expect.stringMatching(reason) })
    expect(look.readings['latency-p95']).toHaveProperty('value')
  })

  it('does not let the comment in one query swallow the rows behind it', async () => {
    const service = withQuery(of('api'), 'cpu', 'vector(0.25) # a guess')
    const look = await lookUntil(world, () => sampleOf(world, { ...of('api'), service }), hasTraffic)
    expect(look.readings.cpu).toEqual({ value: 0.25 })
    expect(look.readings['latency-p95']).toHaveProperty('value')
  })

  it('reads latency as bucket bounds allow: 0.7 s lies between 500 and 1000 ms', async () => {
    const { readings } = await lookUntil(world, () => sampleOf(world, of('slow')), hasTraffic)
    expect(isBetween(readings['latency-p95'], 500, 1_000)).toBe(true)
  })

  it('warns before the deployment that a histogram ends below the critical latency', async () => {
    const { service } = of('narrow')
    const findings = await lookUntil(
      world,
      () => metrics.probe(service, 'v1.9', GONE),
      (found) => found.find(({ row }) => row === 'latency-p95')?.fault?.includes('bucket') ?? false,
    )
    expect(findings.find(({ row }) => row === 'latency-p95')).toEqual({
      row: 'latency-p95',
      series: 1,
      fault:
        'The query of latency-p95: the largest finite bucket is 250 ms, so no value can ever be above the critical 500 ms.',
    })
  })

  it('has no CPU and memory shares without limits, and says so in pre-flight', async () => {
    await lookUntil(
      world,
      () => sampleOf(world, of('api')),
      ({ readings }) => isValue(readings.cpu),
    )
    const { readings } = await sampleOf(world, of('slow'))
    expect(readings.cpu).toEqual({ absent: 'no series' })
    expect(readings.memory).toEqual({ absent: 'no series' })
    const findings = await metrics.probe(of('slow').service, 'v1.9', GONE)
    expect(findings.find(({ row }) => row === 'memory')).toEqual({
      row: 'memory',
      series: 0,
      fault: 'The query of memory: no series.',
    })
  })

  it('measures CPU and memory of containers against their limits, without pause containers, each once after a restart', async () => {
    const { readings } = await lookUntil(
      world,
      () => sampleOf(world, of('api')),
      ({ readings }) => isValue(readings.cpu),
    )
    if (readings.cpu === undefined || 'absent' in readings.cpu) throw new Error(readings.cpu?.absent)
    // 0.25 CPU seconds a scrape, one scrape a second, a limit of one core
    expect(readings.cpu.value).toBeGreaterThan(0.15)
    expect(readings.cpu.value).toBeLessThan(0.4)
    expect(readings.memory).toEqual({ value: 0.3 })
  })

  it('knows a division by zero from a number', async () => {
    const look = await sampleOf(world, { ...of('api'), service: withQuery(of('api'), 'queue-depth', 'vector(1) / 0') })
    expect(look.readings['queue-depth']).toEqual({ absent: 'infinite (+Inf: divided by zero)' })
  })

  it('accepts every example query', async () => {
    const thresholds = DEFAULT_THRESHOLDS.map((row) => ({
      ...row,
      query: Object.entries(EXAMPLE_QUERIES).find(([name]) => name === row.metric)?.[1] ?? row.query,
    }))
    const extra = of('extra', { thresholds })
    const look = await lookUntil(
      world,
      () => sampleOf(world, extra),
      ({ readings }) => isValue(readings['db-pool']),
    )
    expect(look.readings['queue-depth']).toEqual({ value: 12 })
    expect(look.readings['db-pool']).toEqual({ value: 0.4 })
    expect(look.readings.disk).toEqual({ absent: 'no series' })
    expect(look.readings['cache-hit-rate']).toEqual({ absent: 'no series' })
  })

  it('counts requests of a mesh as the caller saw them, each Deployment by itself', async () => {
    const service = { thresholds: ISTIO_THRESHOLDS, traffic: ISTIO_TRAFFIC }
    const stable = await lookUntil(world, () => sampleOf(world, of('api', service)), hasTraffic)
    if (!('requests' in stable.recent)) throw new Error(stable.recent.absent)
    expect(stable.recent.errors / stable.recent.requests).toBeCloseTo(0.25, 2)
    expect(isBetween(stable.readings['latency-p95'], 100, 250)).toBe(true)
    const canary = await sampleOf(world, { ...of('api', service), slot: 'canary' })
    expect(canary.recent).toMatchObject({ errors: 0 })
    expect(isBetween(canary.readings['latency-p95'], 500, 1_000)).toBe(true)
    const found = await metrics.probe(of('api', service).service, 'v1.9', GONE)
    expect(found.find(({ row }) => row === 'latency-p99')).toEqual({ row: 'latency-p99', series: 1, fault: null })
  })

  it('cannot be talked into another query by a version', async () => {
    const hostile = 'v1"} or vector(1) or x{a="\\\n$window'
    const traffic = {
      ...DEFAULT_TRAFFIC,
      requests: 'sum(increase(http_requests_total{version="$version", pod=~"$version.*"}[$window]))',
    }
    const look = await sampleOf(world, { ...of('api', { traffic }), version: hostile })
    expect(look.recent).toEqual({ absent: 'requests: no series' })
    expect(look.unreachable).toBeUndefined()
  })
})

function withQuery({ service }: Measured, metric: Threshold['metric'], query: string) {
  return { ...service, thresholds: service.thresholds.map((row) => (row.metric === metric ? { ...row, query } : row)) }
}

function isValue(reading: object | undefined): boolean {
  return reading !== undefined && 'value' in reading
}

function isBetween(reading: Reading | undefined, low: number, high: number): boolean {
  return reading !== undefined && 'value' in reading && reading.value > low && reading.value <= high
}
