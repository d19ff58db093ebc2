/** A small world for tests of the simulated metrics: one service, two versions, time that stands until it is moved. */
import { type SteppedClock, steppedClock } from '../../../src/adapters/clocks.ts'
import { prometheusMetrics } from '../../../src/adapters/prometheus/prometheus-metrics.ts'
import { type SimulatedMetrics, startSimulatedMetrics } from '../../../src/demo/metrics/simulated-metrics.ts'
import type { TrafficPod } from '../../../src/demo/metrics/traffic-history.ts'
import type { Sample } from '../../../src/playbook/metrics.ts'
import type { Service } from '../../../src/playbook/service.ts'
import type { Metrics, SampleRequest } from '../../../src/ports/metrics.ts'
import { measuredService } from '../../prometheus-target/measured-service.ts'

export interface TrafficScene {
  readonly clock: SteppedClock
  readonly simulated: SimulatedMetrics
  readonly metrics: Metrics
  readonly service: Service
  /** Shares of `shop/api` from now on. */
  route(shares: Readonly<Record<string, number>>): void
  pods(pods: readonly TrafficPod[]): void
  pass(seconds: number): void
  sample(slot: SampleRequest['slot'], sinceMs?: number): Promise<Sample>
  stop(): Promise<void>
}

export const STABLE_PODS: readonly TrafficPod[] = ['bcdfg', 'hjklm', 'npqrs'].map((suffix) => ({
  name: `api-7d4b8c9f6-${suffix}`,
  version: 'v1.9',
  ready: true,
}))
export const CANARY_POD: TrafficPod = { name: 'api-canary-5c6d7f8b9-xz245', version: 'v2.0', ready: true }

/** 12:00 UTC. Everything goes to v1.9, a pod of v2.0 stands by. */
export async function startTrafficScene(overrides: Partial<Service> = {}): Promise<TrafficScene> {
  const clock = steppedClock(Date.parse('2026-02-01T12:00:00Z'))
  let shares: Readonly<Record<string, number>> = { 'v1.9': 1 }
  let pods: readonly TrafficPod[] = [...STABLE_PODS, CANARY_POD]
  const source = {
    shares: (namespace: string, name: string) => (namespace === 'shop' && name === 'api' ? shares : {}),
    pods: (namespace: string) => (namespace === 'shop' ? pods : []),
  }
  const simulated = await startSimulatedMetrics({ clock, seed: 7, source })
  const metrics = prometheusMetrics({ url: simulated.url, clock })
  const base = measuredService()
  const service = { ...base, judgement: { ...base.judgement, sampleWindowMs: 60_000 }, ...overrides }
  const scene: TrafficScene = {
    clock,
    simulated,
    metrics,
    service,
    route(next) {
      shares = next
      simulated.observe()
    },
    pods(next) {
      pods = next
      simulated.observe()
    },
    pass: (seconds) => clock.advanceTo(clock.now() + seconds * 1000),
    sample(slot, sinceMs = 0) {
      const now = clock.now()
      const version = slot === 'canary' ? 'v2.0' : 'v1.9'
      return metrics.sample({ service, slot, version, since: now - sinceMs, now }, new AbortController().signal)
    },
    stop: () => simulated.stop(),
  }
  // the past begins here: 100 % to v1.9
  await scene.sample('stable')
  return scene
}
