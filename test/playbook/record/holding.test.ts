/** Holds that meet each other: who may end which, and what stays true of traffic meanwhile. */
import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../../src/playbook/durations.ts'
import { nextStep } from '../../../src/playbook/next-step.ts'
import { recordEvent } from '../../../src/playbook/record-event.ts'
import { ana, ben, makePod, makeSample, makeService, must, newDeployment, walkTo } from '../fixtures.ts'

const health = (ready: number) => ({
  at: 0,
  wanted: 2,
  ready,
  pods: [makePod('a'), makePod('b')],
  wereReady: ['a', 'b'],
  someUnreadySince: null,
})

const allUnready = (deployment: Deployment, now: number) =>
  must(
    deployment,
    { type: 'pods-seen', health: health(0), verdict: { kind: 'all-unready', detail: 'all 2 new pods' } },
    now,
  ).deployment

const oneUnready = (deployment: Deployment, since: number, now: number) =>
  must(
    deployment,
    { type: 'pods-seen', health: health(1), verdict: { kind: 'some-unready', since, detail: '1 of 2' } },
    now,
  ).deployment

const well = (deployment: Deployment, now: number) =>
  must(deployment, { type: 'pods-seen', health: health(2), verdict: { kind: 'well' } }, now).deployment

const held = (deployment: Deployment, now: number) =>
  must(deployment, { type: 'held', by: ben, reason: null }, now).deployment

const resumed = (deployment: Deployment, now: number) => must(deployment, { type: 'resumed', by: ben }, now).deployment

describe('a hold by a person', () => {
  it('does not keep the traffic of unready pods from being taken away', () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const both = held(allUnready(deployment, now), now)
    expect(nextStep(both, now)).toEqual({ kind: 'withdraw' })
  })

  it('after the traffic was taken away: resume gives it again', () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const off = must(allUnready(deployment, now), { type: 'withdrawn', realShare: 0 }, now).deployment
    expect(resumed(held(off, now + SECOND), now + MINUTE)).toMatchObject({ status: 'running', step: 'route-25' })
  })

  it('outlasts pods that become unready and ready again', () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const after = well(oneUnready(held(deployment, now), now, now + SECOND), now + 5 * SECOND)
    expect(after).toMatchObject({ status: 'holding', hold: { reason: 'person', by: ben } })
  })

  it('does not save pods that stay unready beyond their grace', () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const first = oneUnready(held(deployment, now), now, now)
    expect(oneUnready(first, now, now + 10 * SECOND).status).toBe('going-back')
  })

  it('ends the countdown of a breach that asks, and the next bad sample starts no other', () => {
    const { deployment, now } = walkTo(newDeployment(makeService({ onBreach: 'ask' })), 'watch-25')
    const bad = (of: Deployment, at: number) =>
      must(of, { type: 'sampled', sample: makeSample(at, { errors: 20 }) }, at).deployment
    const stopped = held(bad(deployment, now), now + SECOND)
    expect(stopped.hold?.rollBackAt).toBeUndefined()
    const after = bad(stopped, now + 10 * SECOND)
    expect(after.hold).toMatchObject({ reason: 'critical', by: ben })
    expect(after.hold?.rollBackAt).toBeUndefined()
  })
})

describe('a warning', () => {
  it('still waits for a person after pods were unready and came back', () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const warn = (of: Deployment, at: number) =>
      must(of, { type: 'sampled', sample: makeSample(at, { p95: 350 }) }, at).deployment
    const waits = warn(warn(deployment, now), now + 10 * SECOND)
    const after = well(oneUnready(waits, now, now + SECOND), now + 5 * SECOND)
    expect(after).toMatchObject({ status: 'holding', hold: { reason: 'warning' } })
  })
})

describe('too little traffic', () => {
  it('at the end of a window: resume goes on without the missing requests, as the message says', () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const end = now + 15 * MINUTE
    const sample = makeSample(end, { requests: 20, wholeRequests: 200 })
    const few = must(deployment, { type: 'sampled', sample }, end).deployment
    expect(few.hold?.reason).toBe('low-traffic')
    expect(resumed(few, end + MINUTE)).toMatchObject({ status: 'running', step: 'pods-50', hold: null })
  })
})

describe('traffic of unready pods', () => {
  it('is taken away at once, whatever the step under way waits for', () => {
    const { deployment, now } = walkTo(newDeployment(), 'pods-50')
    const why = 'the API server asks for patience'
    const waiting = must(deployment, { type: 'step-not-yet', step: 'pods-50', why, retryAt: now + MINUTE }, now)
    expect(nextStep(allUnready(waiting.deployment, now), now)).toEqual({ kind: 'withdraw' })
  })

  it('that was taken away was had all the same: it was rolled back, not stopped before', () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const off = must(allUnready(deployment, now), { type: 'withdrawn', realShare: 0 }, now).deployment
    const back = must(off, { type: 'countdown-over' }, now + 5 * MINUTE).deployment
    expect(back.goingBack?.hadTraffic).toBe(true)
  })

  it('is not said to be off while the router still shows some', () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const { entries } = must(allUnready(deployment, now), { type: 'withdrawn', realShare: 20 }, now)
    expect(entries[0]?.text).toContain('20 % still reach it')
  })
})

describe('a completed deployment that made room for the next', () => {
  it('does not go back when a pod crashes: the service is the next one’s', () => {
    const { deployment, now } = walkTo(newDeployment(), 'nowhere')
    const superseded = must(deployment, { type: 'superseded', by: 'api-2' }, now + MINUTE).deployment
    const crash = { type: 'pods-seen', health: health(1), verdict: { kind: 'crash', detail: '1 of 3' } } as const
    expect(() => must(superseded, crash, now + MINUTE)).toThrow('stale-event')
    expect(must(deployment, crash, now + MINUTE).deployment).toMatchObject({ status: 'going-back' })
  })

  it('is not asked by whom it may be rolled back any more', () => {
    const { deployment, now } = walkTo(newDeployment(), 'nowhere')
    const superseded = must(deployment, { type: 'superseded', by: 'api-2' }, now + MINUTE).deployment
    expect(() => must(superseded, { type: 'rollback-asked', by: ana, reason: null }, now + MINUTE)).toThrow(
      'no-way-back',
    )
  })
})

describe('a decision by numbers', () => {
  it('leaves the whole table in the thread, with target, warning and critical', () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const { entries } = must(deployment, { type: 'sampled', sample: makeSample(now, { errors: 20 }) }, now)
    const table = entries.find((entry) => entry.text === 'The metrics at that moment:')
    expect(table).toMatchObject({ audience: 'thread' })
    expect(table?.evidence).toMatch(
      /^metric +now +target +warning +critical\nError rate +2 % +<0\.1 % +>0\.5 % +>1 % +critical/,
    )
    const passed = must(
      deployment,
      { type: 'sampled', sample: makeSample(now + 15 * MINUTE, { wholeRequests: 9_000 }) },
      now + 15 * MINUTE,
    )
    expect(passed.entries[0]?.evidence).toMatch(/Error rate +0 %/)
  })
})

describe('some unready pods that have no traffic', () => {
  it('of an idle colour that waits for its switch change nothing', () => {
    const { deployment, now } = walkTo(newDeployment(undefined, 0, 'blue-green'), 'approve-100')
    expect(oneUnready(deployment, now - MINUTE, now)).toMatchObject({ status: 'running', step: 'approve-100' })
  })

  it('since it was taken away: those that come back one by one do not cut the time of a person short', () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const off = must(allUnready(deployment, now), { type: 'withdrawn', realShare: 0 }, now).deployment
    const some = oneUnready(off, now + SECOND, now + MINUTE)
    expect(some).toMatchObject({ status: 'holding', hold: { withdraw: 'done', rollBackAt: now + 5 * MINUTE } })
  })

  it('have some where pods divide the traffic, before a share is recorded', () => {
    const service = makeService({ router: { kind: 'replicas' } })
    const { deployment, now } = walkTo(newDeployment(service), 'logs')
    const ready = well(deployment, now)
    expect(oneUnready(ready, now, now)).toMatchObject({ status: 'holding', hold: { reason: 'unready' } })
  })
})

describe('a sample that was asked for before somebody resumed', () => {
  it('does not undo what they decided', () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const went = resumed(held(deployment, now), now + MINUTE)
    const bad = { type: 'sampled', sample: makeSample(now + MINUTE - SECOND, { errors: 500 }) } as const
    expect(recordEvent(went, bad, now + MINUTE + SECOND)).toMatchObject({ ok: false })
    const anew = { type: 'sampled', sample: makeSample(now + MINUTE, { errors: 500 }) } as const
    expect(must(went, anew, now + MINUTE + SECOND).deployment.status).toBe('going-back')
  })
})
