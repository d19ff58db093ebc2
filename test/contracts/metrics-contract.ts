/** What every make of the metrics store must do; run on the simulation and on a real Prometheus. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sample } from '../../src/playbook/metrics.ts'
import type { Service } from '../../src/playbook/service.ts'
import type { Metrics, SampleRequest } from '../../src/ports/metrics.ts'

/** Pods to be measured. */
export type Measured = Pick<SampleRequest, 'service' | 'slot' | 'version'>

export interface MetricsWorld {
  readonly metrics: Metrics
  /** Gets requests, fails none or next to none, is fast. The stable slot. */
  readonly healthy: Measured
  /** Gets requests and fails more than 1 % of them. The canary slot of the same service. */
  readonly failing: Measured
  /** Its pods run and have served requests, but none within the sample window. */
  readonly idle: Measured
  /** No pod of it was ever seen. */
  readonly unknown: Measured
  /** The service with an alert selector that matches a firing alert, and with one that matches none. */
  readonly alerted: Service
  readonly quiet: Service
  now(): number
  /** Lets a little time pass for the store. */
  wait(): Promise<void>
  stop(): Promise<void>
}

const ALWAYS = new AbortController().signal
/** Real stores need some seconds to scrape: with a quarter of a second between looks, patience for 20 s. */
const LOOKS = 80

/** Looks until `good`; the last answer comes back in any case, for `expect` to complain about. */
export async function lookUntil<T>(
  world: Pick<MetricsWorld, 'wait'>,
  look: () => Promise<T>,
  good: (answer: T) => boolean,
): Promise<T> {
  let answer = await look()
  for (let looks = 0; looks < LOOKS && !good(answer); looks++) {
    await world.wait()
    answer = await look()
  }
  return answer
}

/** One look at pods; the step began `sinceMs` ago. */
export function sampleOf(
  world: Pick<MetricsWorld, 'metrics' | 'now'>,
  measured: Measured,
  sinceMs = 0,
): Promise<Sample> {
  const now = world.now()
  return world.metrics.sample({ ...measured, since: now - sinceMs, now }, ALWAYS)
}

export const hasTraffic = ({ recent }: Sample): boolean => 'requests' in recent && recent.requests > 0

export function describeMetrics(name: string, start: () => Promise<MetricsWorld>): void {
  describe(`metrics contract: ${name}`, () => {
    let world: MetricsWorld
    const sample = (measured: Measured, sinceMs?: number) => sampleOf(world, measured, sinceMs)
    beforeAll(async () => {
      world = await start()
    })
    afterAll(() => world.stop())

    it('counts the requests of a healthy version and next to no errors', async () => {
      const { recent, unreachable } = await lookUntil(world, () => sample(world.healthy), hasTraffic)
      expect(unreachable).toBeUndefined()
      if (!('requests' in recent)) throw new Error(recent.absent)
      expect(recent.requests).toBeGreaterThan(0)
      expect(recent.errors / recent.requests).toBeLessThan(0.001)
      expect(recent.windowMs).toBe(world.healthy.service.judgement.sampleWindowMs)
    })

    it('counts the errors of a failing version, and none of them for its healthy neighbour', async () => {
      const sick = (look: Sample) => 'requests' in look.recent && look.recent.errors / look.recent.requests > 0.01
      const { recent } = await lookUntil(world, () => sample(world.failing), sick)
      if (!('requests' in recent)) throw new Error(recent.absent)
      expect(recent.errors).toBeGreaterThan(0)
      const neighbour = (await sample(world.healthy)).recent
      if (!('requests' in neighbour)) throw new Error(neighbour.absent)
      expect(neighbour.errors / neighbour.requests).toBeLessThan(0.001)
    })

    it('reads latencies in milliseconds, the 95th percentile below the 99th', async () => {
      const { readings } = await lookUntil(world, () => sample(world.healthy), hasTraffic)
      const p95 = readings['latency-p95']
      const p99 = readings['latency-p99']
      if (p95 === undefined || p99 === undefined) throw new Error('latency was not asked')
      if ('absent' in p95) throw new Error(p95.absent)
      if ('absent' in p99) throw new Error(p99.absent)
      expect(p95.value).toBeGreaterThan(10)
      expect(p95.value).toBeLessThanOrEqual(p99.value)
      expect(p99.value).toBeLessThan(1_000)
    })

    it('reads CPU and memory as a share of their limits', async () => {
      const both = (look: Sample) => ['cpu', 'memory'].every((row) => hasValue(look, row === 'cpu' ? 'cpu' : 'memory'))
      const { readings } = await lookUntil(world, () => sample(world.healthy), both)
      for (const reading of [readings.cpu, readings.memory]) {
        if (reading === undefined || 'absent' in reading) throw new Error(reading?.absent ?? 'not asked')
        expect(reading.value).toBeGreaterThan(0)
        expect(reading.value).toBeLessThan(1)
      }
    })

    it('calls a version without requests idle: zero of zero, and no latency', async () => {
      const idle = (look: Sample) => 'requests' in look.recent && look.recent.requests === 0
      const { recent, readings } = await lookUntil(world, () => sample(world.idle), idle)
      expect(recent).toMatchObject({ requests: 0, errors: 0 })
      expect(readings['latency-p95']).toHaveProperty('absent')
    })

    it('says that an unknown version is absent, not that it is perfect, and that the store was reached', async () => {
      const { recent, whole, readings, unreachable } = await sample(world.unknown)
      expect(unreachable).toBeUndefined()
      expect(recent).toEqual({ absent: 'requests: no series' })
      expect(whole).toEqual({ absent: 'requests: no series' })
      expect(readings['latency-p95']).toEqual({ absent: 'no series' })
      expect(readings.cpu).toEqual({ absent: 'no series' })
    })

    it('covers the step so far with the whole window, and never less than the sample window', async () => {
      const windowMs = world.healthy.service.judgement.sampleWindowMs
      await lookUntil(world, () => sample(world.healthy), hasTraffic)
      const start = await sample(world.healthy, 0)
      expect(start.whole).toEqual(start.recent)
      const later = await sample(world.healthy, 10 * windowMs)
      expect(later.whole).toMatchObject({ windowMs: 10 * windowMs })
    })

    it('answers no row that the service does not watch', async () => {
      const { readings } = await sample(world.healthy)
      const watched = world.healthy.service.thresholds.filter(({ query }) => query !== null)
      expect(Object.keys(readings).sort()).toEqual(watched.map(({ metric }) => metric).sort())
    })

    it('finds no fault with the queries of the running version', async () => {
      const { service, version } = world.healthy
      await lookUntil(world, () => sample(world.healthy), hasTraffic)
      const findings = await lookUntil(
        world,
        () => world.metrics.probe(service, version, ALWAYS),
        (found) => found.every(({ fault }) => fault === null),
      )
      expect(findings.filter(({ fault, series }) => fault !== null || series !== 1)).toEqual([])
      expect(findings.map(({ row }) => row)).toEqual(
        expect.arrayContaining(['requests', 'errors', 'latency-p95', 'cpu']),
      )
    })

    it('lists the firing alerts that the selector matches, and only those', async () => {
      const found = await lookUntil(
        world,
        () => world.metrics.alerts(world.alerted, ALWAYS),
        (alerts) => 'length' in alerts && alerts.length > 0,
      )
      if ('unreachable' in found) throw new Error(found.unreachable)
      expect(found).toHaveLength(1)
      expect(found[0]?.labels.alertname).toBe(found[0]?.name)
      expect(await world.metrics.alerts(world.quiet, ALWAYS)).toEqual([])
    })

    it('throws when it is aborted, and only then', async () => {
      const stop = new AbortController()
      stop.abort(new Error('the deployment was aborted'))
      const now = world.now()
      const request = { ...world.healthy, since: now, now }
      await expect(world.metrics.sample(request, stop.signal)).rejects.toThrow('the deployment was aborted')
    })
  })
}

function hasValue({ readings }: Sample, row: 'cpu' | 'memory'): boolean {
  const reading = readings[row]
  return reading !== undefined && 'value' in reading
}
