import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import { nextStep } from '../../src/playbook/next-step.ts'
import type { Service } from '../../src/playbook/service.ts'
import { ben, makePod, makeSample, makeService, must, newDeployment, noData, T0, walkTo } from './fixtures.ts'

const begin = (over: Partial<Service> = {}) => newDeployment(makeService(over), T0, 'blue-green')
const idsOf = ({ plan }: Deployment) => plan.phases.flatMap((phase) => phase.steps.map((step) => step.id))

describe('the plan of a blue-green deployment', () => {
  it('stands the idle colour up whole, asks it, asks a person, switches once, watches, and finalizes', () => {
    expect(idsOf(begin())).toEqual([
      ...['checks', 'baseline', 'room', 'pin', 'start', 'logs'],
      ...['preview', 'approve-100', 'pods-100', 'route-100', 'verify-100', 'health', 'load'],
      ...['watch-100', 'alerts', 'keep', 'promote', 'settle', 'verify', 'journal'],
    ])
  })

  it('freezes the service with the switch for a router, and without labels that were for the old one', () => {
    const { service, usualMs } = begin({ canaryLabels: { track: 'canary' } }).plan
    expect(service.router).toEqual({ kind: 'switch' })
    expect(service.canaryLabels).toEqual({})
    expect(service.keepMs).toBe(30 * MINUTE)
    expect(usualMs).toBe(30 * MINUTE)
  })

  it('asks nobody where the gate is automatic', () => {
    const blueGreen = { monitorMs: MINUTE, keepMs: MINUTE, gate: 'auto', preview: [] } as const
    expect(idsOf(begin({ blueGreen }))).not.toContain('approve-100')
  })
})

describe('a blue-green deployment', () => {
  it('goes from nothing to everything, and can go back for 30 minutes after its end', () => {
    const shares = new Set<number>()
    const start = begin()
    for (const id of idsOf(start)) shares.add(walkTo(start, id).deployment.share.planned)
    const { deployment, now } = walkTo(start, 'nowhere')
    expect([...shares]).toEqual([0, 100])
    expect(deployment.status).toBe('completed')
    expect(deployment.keepUntil).toBe(now + 30 * MINUTE)
  })

  it('goes back after the switch for one critical sample', () => {
    const { deployment, now } = walkTo(begin(), 'watch-100')
    const bad = must(deployment, { type: 'sampled', sample: makeSample(now, { errors: 200 }) }, now)
    expect(bad.deployment).toMatchObject({ status: 'going-back', goingBack: { hadTraffic: true } })
  })

  it('asks with a countdown where the catalogue says so', () => {
    const { deployment, now } = walkTo(begin({ onBreach: 'ask' }), 'watch-100')
    const bad = must(deployment, { type: 'sampled', sample: makeSample(now, { errors: 200 }) }, now).deployment
    expect(bad.hold).toMatchObject({ reason: 'critical', rollBackAt: now + 5 * MINUTE })
    const over = must(bad, { type: 'countdown-over' }, now + 5 * MINUTE).deployment
    expect(over.status).toBe('going-back')
  })

  it('is stopped, not rolled back, when a pod of the idle colour crashes before the switch', () => {
    const { deployment, now } = walkTo(begin(), 'approve-100')
    const health = { at: now, wanted: 3, ready: 2, pods: [makePod('a')], wereReady: ['a'], someUnreadySince: null }
    const sick = must(deployment, { type: 'pods-seen', health, verdict: { kind: 'crash', detail: 'x' } }, now)
    expect(sick.deployment.goingBack?.hadTraffic).toBe(false)
  })

  it('takes everything away when all new pods are unready, and a resume switches anew', () => {
    const { deployment, now } = walkTo(begin(), 'watch-100')
    const health = { at: now, wanted: 3, ready: 0, pods: [makePod('a')], wereReady: ['a'], someUnreadySince: null }
    const held = must(deployment, { type: 'pods-seen', health, verdict: { kind: 'all-unready', detail: 'x' } }, now)
    expect(nextStep(held.deployment, now).kind).toBe('withdraw')
    const why = '100 % still reach v2.0'
    const late = must(held.deployment, { type: 'late', why, retryAt: now + 50, expected: true }, now)
    expect(late.entries).toEqual([])
    const off = must(late.deployment, { type: 'withdrawn', realShare: 0 }, now).deployment
    expect(off.waitingFor).toBeNull()
    expect(off.share.planned).toBe(0)
    expect(must(off, { type: 'resumed', by: ben }, now).deployment.step).toBe('route-100')
  })

  it('holds for want of data before the health checks could send it back', () => {
    let { deployment, now } = walkTo(begin(), 'health')
    while (deployment.status === 'running') {
      now += 10 * SECOND
      deployment = must(deployment, { type: 'sampled', sample: noData(now) }, now).deployment
      if (deployment.status !== 'running') break
      const waits = { type: 'step-not-yet', step: 'health', why: 'no data', retryAt: now } as const
      deployment = must(deployment, waits, now).deployment
    }
    expect(deployment).toMatchObject({ status: 'holding', hold: { reason: 'no-data' } })
  })
})
