import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prometheusMetrics } from '../../../src/adapters/prometheus/prometheus-metrics.ts'
import type { Sample } from '../../../src/playbook/metrics.ts'
import { EXAMPLE_QUERIES, ISTIO_THRESHOLDS, ISTIO_TRAFFIC } from '../../../src/playbook/thresholds.ts'
import { describeMetrics } from '../../contracts/metrics-contract.ts'
import { measuredService } from '../../prometheus-target/measured-service.ts'
import { CANARY_POD, STABLE_PODS, startTrafficScene, type TrafficScene } from './traffic-scene.ts'

describeMetrics('simulation', async () => {
  const scene = await startTrafficScene()
  scene.route({ 'v1.9': 0.5, 'v2.0': 0.4, 'v1.7': 0.1 })
  scene.pods([...STABLE_PODS, CANARY_POD, { name: 'idle-7d4b8c9f6-bcdfg', version: 'v1.7', ready: true }])
  scene.simulated.setSickness('v2.0', 'errors')
  scene.pass(10)
  scene.route({ 'v1.9': 0.6, 'v2.0': 0.4 })
  scene.pass(120)
  const { service, metrics, clock } = scene
  return {
    metrics,
    healthy: { service, slot: 'stable', version: 'v1.9' },
    failing: { service, slot: 'canary', version: 'v2.0' },
    // the same Kubernetes Service; its pods are told by the workload's name
    idle: { service: { ...service, workload: 'idle' }, slot: 'stable', version: 'v1.7' },
    unknown: { service: { ...service, workload: 'nobody' }, slot: 'stable', version: 'v0.1' },
    alerted: measuredService({ alerts: 'namespace="$namespace", severity="page"' }),
    quiet: measuredService({ alerts: 'namespace="$namespace", severity="ticket"' }),
    now: () => clock.now(),
    wait: async () => scene.pass(1),
    stop: () => scene.stop(),
  }
})

describe('simulated metrics', () => {
  let scene: TrafficScene
  beforeEach(async () => {
    scene = await startTrafficScene()
  })
  afterEach(() => scene.stop())

  it('gives each version its share of 200 requests a second', async () => {
    scene.route({ 'v1.9': 0.95, 'v2.0': 0.05 })
    scene.pass(60)
    expect(traffic(await scene.sample('canary')).requests).toBeGreaterThan(0.9 * 200 * 60 * 0.05)
    expect(traffic(await scene.sample('canary')).requests).toBeLessThan(1.1 * 200 * 60 * 0.05)
    expect(traffic(await scene.sample('stable')).requests).toBeGreaterThan(0.9 * 200 * 60 * 0.95)
  })

  it('measures the pods of one ReplicaSet where both versions stand in one Deployment', async () => {
    const fresh = ['xz245', 'xz246'].map((suffix) => ({
      name: `api-5c6d7f8b9-${suffix}`,
      version: 'v2.0',
      ready: true,
    }))
    scene.pods([...STABLE_PODS, ...fresh])
    scene.route({ 'v1.9': 0.6, 'v2.0': 0.4 })
    scene.simulated.setSickness('v2.0', 'errors')
    scene.pass(120)
    const { service, metrics, clock } = scene
    const now = clock.now()
    const asked = { service, slot: 'canary', version: 'v2.0', since: now - 60_000, now } as const
    const found = await metrics.sample({ ...asked, podHash: '5c6d7f8b9' }, new AbortController().signal)
    expect(ratio(found)).toBeGreaterThan(0.09)
    expect(traffic(found).requests).toBeGreaterThan(0.9 * 200 * 60 * 0.4)
    expect(traffic(found).requests).toBeLessThan(1.1 * 200 * 60 * 0.4)
    expect(found.readings.cpu).toHaveProperty('value')
    const old = await metrics.sample({ ...asked, podHash: '7d4b8c9f6' }, new AbortController().signal)
    expect(ratio(old)).toBeLessThan(0.01)
  })

  it('weighs errors that began 20 s ago as a third of a 60 s window', async () => {
    scene.route({ 'v1.9': 0.5, 'v2.0': 0.5 })
    scene.pass(300)
    scene.simulated.setSickness('v2.0', 'errors')
    scene.pass(20)
    const third = ratio(await scene.sample('canary'))
    scene.pass(100)
    const full = ratio(await scene.sample('canary'))
    expect(full).toBeGreaterThan(0.09)
    // the noise of two moments differs, hence the margin
    expect(third / full).toBeGreaterThan(0.22)
    expect(third / full).toBeLessThan(0.5)
  })

  it('turns slow step by step, as more of the window is sick', async () => {
    scene.route({ 'v1.9': 0.5, 'v2.0': 0.5 })
    scene.pass(300)
    const before = latency(await scene.sample('canary'))
    expect(before).toBeLessThan(200)
    scene.simulated.setSickness('v2.0', 'latency')
    scene.pass(60)
    expect(latency(await scene.sample('canary'))).toBeGreaterThan(500)
    expect(latency(await scene.sample('stable'))).toBeLessThan(200)
  })

  it('keeps a healthy version within every target of the playbook', async () => {
    for (const share of [0.05, 0.25, 0.5, 1]) {
      scene.route({ 'v1.9': 1 - share, 'v2.0': share })
      for (let look = 0; look < 60; look++) {
        scene.pass(10)
        const sample = await scene.sample('canary')
        expect(ratio(sample)).toBeLessThan(0.001)
        for (const row of scene.service.thresholds) {
          const reading = sample.readings[row.metric]
          if (reading !== undefined && 'value' in reading) expect(reading.value, row.label).toBeLessThan(row.target)
        }
      }
    }
  })

  it('loses sight of a version that reports nothing, as its last numbers leave the window', async () => {
    scene.route({ 'v1.9': 0.5, 'v2.0': 0.5 })
    scene.pass(120)
    scene.simulated.setSickness('v2.0', 'no-metrics')
    scene.pass(30)
    expect(traffic(await scene.sample('canary')).requests).toBeLessThan(4_000)
    scene.pass(31)
    const { recent, readings } = await scene.sample('canary')
    expect(recent).toEqual({ absent: 'requests: no series' })
    expect(readings['latency-p95']).toEqual({ absent: 'no series' })
    expect(readings.cpu).toHaveProperty('value')
  })

  it('still knows the last minute of pods that are gone', async () => {
    scene.route({ 'v1.9': 0.5, 'v2.0': 0.5 })
    scene.pass(120)
    await scene.sample('canary')
    scene.route({ 'v1.9': 1 })
    scene.pods(STABLE_PODS)
    scene.pass(30)
    expect(traffic(await scene.sample('canary')).requests).toBeGreaterThan(0)
    scene.pass(31)
    expect((await scene.sample('canary')).recent).toEqual({ absent: 'requests: no series' })
  })

  it('divides the traffic of one version between two Deployments that both run it', async () => {
    scene.route({ 'v2.0': 1 })
    scene.pods([CANARY_POD, ...STABLE_PODS.map((pod) => ({ ...pod, version: 'v2.0' }))])
    scene.pass(120)
    const canary = traffic(await scene.sample('canary')).requests
    const stable = traffic(await scene.sample('stable')).requests
    expect(stable / canary).toBeCloseTo(3, 1)
  })

  it('is the same in every run', async () => {
    const other = await startTrafficScene()
    for (const each of [scene, other]) {
      each.route({ 'v1.9': 0.9, 'v2.0': 0.1 })
      each.pass(77)
    }
    expect(await other.sample('canary', 70_000)).toEqual(await scene.sample('canary', 70_000))
    await other.stop()
  })

  it('answers the rows of a mesh and of the installation itself', async () => {
    const thresholds = ISTIO_THRESHOLDS.map((row) => ({
      ...row,
      query: Object.entries(EXAMPLE_QUERIES).find(([name]) => name === row.metric)?.[1] ?? row.query,
    }))
    const service = { ...scene.service, thresholds, traffic: ISTIO_TRAFFIC }
    scene.route({ 'v1.9': 0.9, 'v2.0': 0.1 })
    scene.pass(60)
    const now = scene.clock.now()
    const request = { service, slot: 'canary', version: 'v2.0', since: now, now } as const
    const sample = await scene.metrics.sample(request, new AbortController().signal)
    expect(traffic(sample).requests).toBeGreaterThan(1_000)
    expect(Object.values(sample.readings).filter((reading) => 'absent' in reading)).toEqual([])
    const found = await scene.metrics.probe(service, 'v1.9', new AbortController().signal)
    expect(found.filter(({ fault }) => fault !== null)).toEqual([])
  })

  it('refuses what Prometheus would refuse to parse, and reads the other rows', async () => {
    const thresholds = scene.service.thresholds.map((row) =>
      row.metric === 'disk' ? { ...row, query: 'max((1)' } : row,
    )
    const now = scene.clock.now()
    const request = {
      service: { ...scene.service, thresholds },
      slot: 'stable',
      version: 'v1.9',
      since: now,
      now,
    } as const
    const { readings } = await scene.metrics.sample(request, new AbortController().signal)
    expect(readings.disk).toEqual({ absent: expect.stringContaining('parse error') })
    expect(readings.cpu).toHaveProperty('value')
  })

  it('cannot be reached while it is down', async () => {
    scene.simulated.setDown(true)
    const { unreachable } = await scene.sample('stable')
    expect(unreachable).toContain(`Prometheus at ${scene.simulated.registryHost}: `)
    scene.simulated.setDown(false)
    expect((await scene.sample('stable')).unreachable).toBeUndefined()
  })

  it('shows the panels what the bot reads', async () => {
    scene.route({ 'v1.9': 0.75, 'v2.0': 0.25 })
    scene.pass(60)
    const shown = scene.simulated.snapshot(scene.service)
    expect(shown.map(({ version, share }) => [version, share])).toEqual([
      ['v1.9', 0.75],
      ['v2.0', 0.25],
    ])
    const sample = await scene.sample('canary')
    expect(shown[1]?.p95Ms).toBeCloseTo(latency(sample), 2)
    expect(shown[1]?.requestsPerSecond).toBeCloseTo(traffic(sample).requests / 60, 2)
  })

  it('answers only its own queries, as a bad query', async () => {
    const answer = await fetch(`${scene.simulated.url}/api/v1/query?query=up`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ status: 'error', errorType: 'bad_data' })
  })

  it('raises an alert while a service fails too much, and takes it back', async () => {
    const ask = () => scene.metrics.alerts(scene.service, new AbortController().signal)
    scene.route({ 'v1.9': 0.5, 'v2.0': 0.5 })
    scene.simulated.setSickness('v2.0', 'errors')
    scene.pass(60)
    expect(await ask()).toMatchObject([{ name: 'HighErrorRate', labels: { namespace: 'shop', service: 'api' } }])
    scene.route({ 'v1.9': 1 })
    scene.pass(61)
    expect(await ask()).toEqual([])
  })

  it('is read by a store client of its own as well', async () => {
    const { clock, simulated, service } = scene
    const other = prometheusMetrics({ url: `${simulated.url}/`, clock })
    const now = clock.now()
    const request = { service, slot: 'stable', version: 'v1.9', since: now, now } as const
    expect(await other.sample(request, new AbortController().signal)).toEqual(await scene.sample('stable'))
  })
})

function traffic({ recent }: Sample) {
  if ('absent' in recent) throw new Error(recent.absent)
  return recent
}

function ratio(sample: Sample): number {
  const { errors, requests } = traffic(sample)
  return errors / requests
}

function latency({ readings }: Sample): number {
  const reading = readings['latency-p95']
  if (reading === undefined || 'absent' in reading) throw new Error(reading?.absent ?? 'not asked')
  return reading.value
}
