import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE } from '../../src/playbook/durations.ts'
import { nextStep } from '../../src/playbook/next-step.ts'
import { purposeNow, watchedAtLeastMs } from '../../src/playbook/rolling.ts'
import type { RollingSettings, Service } from '../../src/playbook/service.ts'
import { ben, doStep, makePod, makeSample, makeService, must, newDeployment, PIN, T0, walkTo } from './fixtures.ts'

const rolling: RollingSettings = {
  batch: 1,
  observeMs: 8 * MINUTE,
  monitorMs: 6 * MINUTE,
  keepMs: 60 * MINUTE,
  gate: 'approval',
}
const begin = (over: Partial<Service> = {}) => newDeployment(makeService(over), T0, 'rolling')
const stepsOf = ({ plan }: Deployment) => plan.phases.flatMap((phase) => phase.steps)

/** Every step that a healthy deployment goes through, with the number of new pods wanted there. */
function journey(start: Deployment, from = T0): readonly string[] {
  const met: string[] = []
  let deployment = start
  for (let now = from; deployment.status === 'running' && met.length < 200; ) {
    met.push(deployment.step === 'roll' ? `roll ${deployment.rolled?.wanted}` : deployment.step)
    const want = stepsOf(deployment).find((row) => row.id === deployment.step)?.want
    now += want?.do === 'observe' ? want.ms : 1_000
    deployment = doStep(deployment, now)
  }
  return met
}

describe('the plan of a rolling deployment', () => {
  it('asks a person before the first pod, and comes back to the next one until none is left', () => {
    const batch = (pods: number) => [`roll ${pods}`, 'logs', 'watch-pod']
    expect(journey(begin())).toEqual([
      ...['checks', 'baseline', 'approve-first', 'room', 'pin'],
      ...[...batch(1), ...batch(2), ...batch(3)],
      ...['route-100', 'verify-100', 'health', 'load', 'watch-100', 'alerts'],
      ...['keep', 'settle', 'verify', 'journal'],
    ])
  })

  it('takes several pods at a time, and never more than there are', () => {
    const rolls = (batch: number) =>
      journey(begin({ rolling: { ...rolling, batch } })).filter((step) => step.startsWith('roll'))
    expect(rolls(2)).toEqual(['roll 2', 'roll 3'])
    expect(rolls(50)).toEqual(['roll 3'])
  })

  it('asks nobody where the gate is automatic', () => {
    expect(journey(begin({ rolling: { ...rolling, gate: 'auto' } }))).not.toContain('approve-first')
  })

  it("takes the playbook's 30 minutes with three pods, and says so once it knows how many there are", () => {
    expect(watchedAtLeastMs(begin())).toBe(14 * MINUTE)
    expect(watchedAtLeastMs(walkTo(begin(), 'roll').deployment)).toBe(30 * MINUTE)
  })

  it('freezes the service with its own router, keeps the old version without pods, and leaves out labels of a mesh', () => {
    const { service } = begin({ canaryLabels: { track: 'canary' } }).plan
    expect(service).toMatchObject({ router: { kind: 'rolling' }, canaryLabels: {}, keep: 'cold', keepMs: 60 * MINUTE })
  })
})

describe('a rolling deployment', () => {
  const atPod = (wanted: number, step = 'watch-pod') => {
    let place = walkTo(begin(), step)
    while (place.deployment.rolled?.wanted !== wanted)
      place = walkTo(doStep(place.deployment, place.now + 8 * MINUTE), step, place.now + 8 * MINUTE)
    return place
  }

  it('plans the share that its pods really have', () => {
    const shares = [1, 2, 3].map((pods) => atPod(pods).deployment.share.planned)
    expect(shares).toEqual([25, 50, 75])
    expect(walkTo(begin(), 'verify-100').deployment.share.planned).toBe(100)
  })

  it('says which pod it is at', () => {
    const { deployment } = atPod(2)
    const step = stepsOf(deployment).find((row) => row.id === 'watch-pod')
    expect(step && purposeNow(deployment, step)).toBe('pod 2 of 3 runs v2.0, watched for 8 min')
  })

  it('has a window of its own for each pod, and passes it by name', () => {
    const { deployment, now } = atPod(2)
    expect(deployment.window).toMatchObject({ percent: 50, samples: [] })
    const sample = makeSample(now + 8 * MINUTE, { wholeRequests: 10_000 })
    const passed = must(deployment, { type: 'sampled', sample }, now + 8 * MINUTE)
    expect(passed.deployment).toMatchObject({ step: 'roll', rolled: { wanted: 3 } })
    expect(passed.entries.map((entry) => entry.text).join()).toContain('Pod 2 of 3 passed its gate')
  })

  it('goes on for longer when the workload has grown', () => {
    const { deployment, now } = atPod(3, 'roll')
    const facts = { rolled: { of: 5, hash: 'x' }, realShare: 50 }
    const grown = must(deployment, { type: 'step-done', step: 'roll', text: '', facts }, now).deployment
    const rest = journey(grown, now).filter((step) => step.startsWith('roll'))
    // doStep tells of three pods again: it is over as soon as the workload says so.
    expect(rest).toEqual(['roll 4'])
  })

  it('goes back for one critical sample of any pod, and was traffic from its first ready pod on', () => {
    const { deployment, now } = atPod(2)
    const bad = must(deployment, { type: 'sampled', sample: makeSample(now, { errors: 200 }) }, now).deployment
    expect(bad).toMatchObject({ status: 'going-back', goingBack: { hadTraffic: true } })
    const first = walkTo(begin(), 'roll')
    const health = { at: T0, wanted: 1, ready: 1, pods: [makePod('a')], wereReady: ['a'], someUnreadySince: null }
    const seen = must(first.deployment, { type: 'pods-seen', health, verdict: { kind: 'well' } }, first.now).deployment
    const aborted = must(seen, { type: 'abort-asked', by: ben, reason: null }, first.now).deployment
    expect(aborted.goingBack?.hadTraffic).toBe(true)
  })

  it('takes the traffic away when all new pods are unready, and a resume gives it to the same pods again', () => {
    const { deployment, now } = atPod(2)
    const health = { at: now, wanted: 2, ready: 0, pods: [makePod('a')], wereReady: ['a'], someUnreadySince: null }
    const held = must(deployment, { type: 'pods-seen', health, verdict: { kind: 'all-unready', detail: 'x' } }, now)
    expect(nextStep(held.deployment, now).kind).toBe('withdraw')
    const off = must(held.deployment, { type: 'withdrawn', realShare: 0 }, now).deployment
    const resumed = must(off, { type: 'resumed', by: ben }, now).deployment
    expect(resumed).toMatchObject({ step: 'roll', rolled: { wanted: 2 }, window: null })
  })

  it('goes back at once instead when no old pod is left to take it', () => {
    const { deployment, now } = walkTo(begin(), 'watch-100')
    const health = { at: now, wanted: 3, ready: 0, pods: [makePod('a')], wereReady: ['a'], someUnreadySince: null }
    const sick = must(deployment, { type: 'pods-seen', health, verdict: { kind: 'all-unready', detail: 'x' } }, now)
    expect(sick.deployment.status).toBe('going-back')
  })

  it('still watches its own pods after the end, and goes back for a crash while the old version is kept', () => {
    const { deployment, now } = walkTo(begin(), 'nowhere')
    expect(deployment).toMatchObject({ status: 'completed', settled: false, kept: false })
    const health = { at: now, wanted: 3, ready: 2, pods: [makePod('a')], wereReady: ['a'], someUnreadySince: null }
    const sick = must(deployment, { type: 'pods-seen', health, verdict: { kind: 'crash', detail: 'x' } }, now)
    expect(sick.deployment.status).toBe('going-back')
  })

  it('goes on with the next pod when a person resumes for want of requests', () => {
    const { deployment, now } = atPod(1)
    const few = makeSample(now + 8 * MINUTE, { requests: 10, wholeRequests: 10 })
    const held = must(deployment, { type: 'sampled', sample: few }, now + 8 * MINUTE).deployment
    expect(held.hold?.reason).toBe('low-traffic')
    const resumed = must(held, { type: 'resumed', by: ben }, now + 9 * MINUTE).deployment
    expect(resumed).toMatchObject({ step: 'roll', rolled: { wanted: 2, of: PIN.replicas } })
  })
})
