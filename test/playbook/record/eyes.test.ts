/** What the eyes may do to a deployment: begin its way back, as a critical sample does, and nothing else. */
import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../../src/playbook/durations.ts'
import type { Failing } from '../../../src/playbook/judge-counts.ts'
import { recordEvent } from '../../../src/playbook/record-event.ts'
import { slotUnderEyes } from '../../../src/playbook/slot-under-eyes.ts'
import {
  ana,
  ben,
  doStep,
  EYES,
  makePod,
  makeSample,
  makeService,
  must,
  newDeployment,
  noData,
  T0,
  walkTo,
} from '../fixtures.ts'

const FAILING: Failing = {
  requests: 120,
  errors: 41,
  windowMs: 2_040,
  pods: [
    { pod: 'api-canary-a', requests: 60, errors: 21 },
    { pod: 'api-canary-b', requests: 60, errors: 20 },
  ],
}
const seen = { type: 'pods-failing', failing: FAILING } as const

const at25 = (over: Parameters<typeof makeService>[0] = {}) =>
  walkTo(newDeployment(makeService({ eyes: EYES, ...over })), 'watch-25')

function refusedAt(deployment: Deployment, now: number, event: Parameters<typeof recordEvent>[1] = seen): boolean {
  return !recordEvent(deployment, event, now).ok
}

function completed(over: Parameters<typeof makeService>[0] = {}): { deployment: Deployment; now: number } {
  let { deployment, now } = at25(over)
  while (deployment.status === 'running') {
    now += 20 * MINUTE
    deployment = doStep(deployment, now)
  }
  return { deployment, now }
}

describe('failing counters', () => {
  it('go back at once, and say the numbers, the pods and where they were read', () => {
    const { deployment, now } = at25()
    const { deployment: after, entries } = must(deployment, seen, now)
    expect(after).toMatchObject({ status: 'going-back', goingBack: { trigger: 'critical', hadTraffic: true } })
    expect(entries[0]).toMatchObject({
      audience: 'channel',
      text: 'Rolling back api to v1.9: Error rate 34 %: 41 of 120 requests in 2 s failed, read from 2 new pods themselves (10 % of 50 requests are critical at once).',
    })
    expect(entries[1]).toMatchObject({ audience: 'thread' })
    expect(entries[1]?.evidence).toContain('api-canary-a  60        21      35 %')
  })

  it('ask with a countdown instead when the service says so, once', () => {
    const { deployment, now } = at25({ onBreach: 'ask' })
    const asked = must(deployment, seen, now).deployment
    expect(asked).toMatchObject({ status: 'holding', hold: { reason: 'critical', rollBackAt: now + 5 * MINUTE } })
    expect(refusedAt(asked, now + SECOND)).toBe(true)
  })

  it('do not begin a second countdown over a person who holds', () => {
    const { deployment, now } = at25({ onBreach: 'ask' })
    const asked = must(deployment, seen, now).deployment
    const held = must(asked, { type: 'held', by: ben, reason: 'we look' }, now + SECOND).deployment
    expect(held.hold?.rollBackAt).toBeUndefined()
    expect(refusedAt(held, now + 2 * SECOND)).toBe(true)
  })

  it('go back from a hold, whatever it waits for', () => {
    const { deployment, now } = at25()
    const held = must(deployment, { type: 'held', by: ben, reason: null }, now).deployment
    expect(must(held, seen, now + SECOND).deployment.status).toBe('going-back')
    let blind = deployment
    for (let n = 1; n <= 3; n += 1)
      blind = must(blind, { type: 'sampled', sample: noData(now + 2 * n * MINUTE) }, now + 2 * n * MINUTE).deployment
    expect(blind.hold?.reason).toBe('no-data')
    expect(must(blind, seen, now + 10 * MINUTE).deployment.status).toBe('going-back')
  })

  it('go back while an approval is waited for', () => {
    const steps = makeService().canary.steps.map((step) => ({ ...step, gate: 'approval' as const }))
    const { deployment, now } = at25({ canary: { steps } })
    const passed = must(
      deployment,
      { type: 'sampled', sample: makeSample(now + 15 * MINUTE, { wholeRequests: 9_000 }) },
      now + 15 * MINUTE,
    ).deployment
    expect(passed.step).toBe('approve-50')
    expect(must(passed, seen, now + 16 * MINUTE).deployment.status).toBe('going-back')
  })

  it('are refused when they would not be bad enough by the plan', () => {
    const { deployment, now } = at25()
    expect(refusedAt(deployment, now, { type: 'pods-failing', failing: { ...FAILING, errors: 11 } })).toBe(true)
    expect(refusedAt(deployment, now, { type: 'pods-failing', failing: { ...FAILING, requests: 45 } })).toBe(true)
  })

  it('are refused for a service without eyes, before there is traffic, after it was taken away, and on the way back', () => {
    const off = walkTo(newDeployment(), 'watch-25')
    expect(refusedAt(off.deployment, off.now)).toBe(true)
    const early = walkTo(newDeployment(makeService({ eyes: EYES })), 'approve-5')
    expect(refusedAt(early.deployment, early.now)).toBe(true)
    const { deployment, now } = at25()
    const health = { at: now, wanted: 1, ready: 0, pods: [makePod('a')], wereReady: ['a'], someUnreadySince: null }
    const unready = { type: 'pods-seen', health, verdict: { kind: 'all-unready', detail: 'all' } } as const
    expect(refusedAt(must(deployment, unready, now).deployment, now)).toBe(true)
    const back = must(deployment, { type: 'abort-asked', by: ana, reason: null }, now).deployment
    expect(refusedAt(back, now)).toBe(true)
  })
})

describe('failing counters after completion', () => {
  it('after completion are not ours where somebody put another image there', () => {
    const { deployment, now } = completed()
    const what = 'the image of Deployment "api"'
    const change = { field: 'image', what, wanted: 'api:v2.0', found: 'api:v3.0', by: null } as const
    const theirs = must(deployment, { type: 'changed-by-others', changes: [change] }, now).deployment
    expect(slotUnderEyes(deployment, now)).toBe('stable')
    expect(slotUnderEyes(theirs, now)).toBeNull()
    expect(refusedAt(theirs, now)).toBe(true)
  })

  it('go back through the kept version, until it is retired', () => {
    const { deployment, now } = completed()
    expect(deployment).toMatchObject({ status: 'completed', settled: true })
    expect(must(deployment, seen, now + 30 * MINUTE).deployment.status).toBe('going-back')
    expect(refusedAt(deployment, now + 61 * MINUTE)).toBe(true)
  })

  it('are told once, with what to type, where a person decides', () => {
    const { deployment, now } = completed({ onBreach: 'ask' })
    const told = must(deployment, seen, now + MINUTE)
    expect(told.deployment.status).toBe('completed')
    expect(told.entries[0]).toMatchObject({ audience: 'channel', level: 'bad' })
    expect(told.entries[0]?.text).toContain('v1.9 is still kept: `/deploy rollback api` goes back.')
    expect(refusedAt(told.deployment, now + 2 * MINUTE)).toBe(true)
  })
})

describe('the pods under eyes', () => {
  it('are those of the canary, then those of the workload, then none', () => {
    const { deployment, now } = at25()
    expect(slotUnderEyes(deployment, now)).toBe('canary')
    const service = makeService({ eyes: EYES })
    const settling = walkTo(newDeployment(service), 'settle')
    expect(slotUnderEyes(settling.deployment, settling.now)).toBe('stable')
    const rolled = walkTo(newDeployment(service, T0, 'rolling'), 'settle')
    expect(slotUnderEyes(rolled.deployment, rolled.now)).toBe('canary')
    const over = completed()
    expect(slotUnderEyes(over.deployment, over.now)).toBe('stable')
    expect(slotUnderEyes({ ...over.deployment, keepUntil: null }, over.now)).toBeNull()
  })
})
