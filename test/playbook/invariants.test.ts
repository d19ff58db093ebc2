/** Any order of events, true or absurd: what must never happen does not. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import type { DeploymentEvent } from '../../src/playbook/events.ts'
import { nextStep } from '../../src/playbook/next-step.ts'
import { recordEvent } from '../../src/playbook/record-event.ts'
import { ana, ben, doStep, EYES, makePod, makeSample, makeService, newDeployment, noData, T0 } from './fixtures.ts'

type Move = (deployment: Deployment, now: number) => DeploymentEvent | 'forward'

const health = { at: T0, wanted: 1, ready: 0, pods: [makePod('a')], wereReady: ['a'], someUnreadySince: null }

const FAILING = { requests: 100, errors: 50, windowMs: SECOND, pods: [{ pod: 'a', requests: 100, errors: 50 }] }

const MOVES: readonly Move[] = [
  () => 'forward',
  () => 'forward',
  () => 'forward',
  (d) => ({ type: 'approved', by: ben, step: d.step }),
  () => ({ type: 'held', by: ben, reason: null }),
  () => ({ type: 'resumed', by: ben }),
  () => ({ type: 'abort-asked', by: ana, reason: null }),
  () => ({ type: 'rollback-asked', by: ana, reason: null }),
  (_, now) => ({ type: 'sampled', sample: makeSample(now, { wholeRequests: 9_000 }) }),
  (_, now) => ({ type: 'sampled', sample: makeSample(now, { errors: 500 }) }),
  (_, now) => ({ type: 'sampled', sample: makeSample(now, { p95: 400 }) }),
  (_, now) => ({ type: 'sampled', sample: noData(now) }),
  () => ({ type: 'pods-seen', health, verdict: { kind: 'crash', detail: 'x' } }),
  () => ({ type: 'pods-seen', health, verdict: { kind: 'all-unready', detail: 'x' } }),
  (_, now) => ({ type: 'pods-seen', health, verdict: { kind: 'some-unready', since: now, detail: 'x' } }),
  () => ({ type: 'pods-seen', health, verdict: { kind: 'well' } }),
  (_, now) => ({ type: 'sight-lost', since: now - 5 * SECOND, why: 'x' }),
  () => ({ type: 'sight-back' }),
  () => ({ type: 'pods-failing', failing: FAILING }),
  (d) => ({ type: 'step-failed', step: d.step, why: 'x' }),
  (d, now) => ({ type: 'step-not-yet', step: d.step, why: 'x', retryAt: now + SECOND }),
  () => ({ type: 'approval-expired' }),
  () => ({ type: 'hold-reminded' }),
  () => ({ type: 'countdown-over' }),
  () => ({ type: 'withdrawn', realShare: 0 }),
  (d) => ({ type: 'way-back-step-done', index: d.goingBack?.step ?? 0, text: 'x' }),
  (_, now) => ({ type: 'way-back-late', index: 0, why: 'x', retryAt: now + SECOND }),
  () => ({ type: 'superseded', by: 'api-2' }),
  () => ({ type: 'forgotten' }),
  (_, now) => ({ type: 'emergency-took-over', id: `emergency-api-${now}` }),
]

function apply(deployment: Deployment, move: Move, now: number): Deployment {
  const event = move(deployment, now)
  if (event === 'forward') {
    if (deployment.status !== 'running') return deployment
    return doStep(deployment, now)
  }
  const outcome = recordEvent(deployment, event, now)
  return outcome.ok ? outcome.value.deployment : deployment
}

const order = (deployment: Deployment) =>
  deployment.plan.phases.flatMap((phase) => phase.steps).findIndex((step) => step.id === deployment.step)

function hold(before: Deployment, after: Deployment, now: number): void {
  expect(after.share.planned).toBeGreaterThanOrEqual(0)
  expect(after.share.planned).toBeLessThanOrEqual(100)
  // A switch knows no half.
  if (after.strategy === 'blue-green') expect([0, 100]).toContain(after.share.planned)
  if (before.status === 'going-back') {
    expect(['going-back', 'rolled-back']).toContain(after.status)
    expect(order(after)).toBe(order(before))
    expect(after.share.planned).toBeLessThanOrEqual(before.share.planned)
  }
  if (before.status === 'rolled-back' || before.status === 'refused') expect(after).toBe(before)
  if (after !== before) expect(after.revision).toBe(before.revision + 1)
  const next = nextStep(after, now)
  if (after.status === 'running' || after.status === 'holding' || after.status === 'going-back')
    expect(next.kind).not.toBe('finished')
  if (next.kind === 'wait') expect(Number.isFinite(next.until)).toBe(true)
}

describe.each(['canary', 'blue-green'] as const)('whatever happens to a %s, in whatever order', (strategy) => {
  it('shares stay in 0..100, nothing moves forward on the way back, the end is final, and there is always a next step', () => {
    const step = fc.record({
      move: fc.constantFrom(...MOVES),
      after: fc.constantFrom(0, SECOND, 10 * SECOND, 15 * MINUTE),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (moves) => {
        let deployment = newDeployment(makeService({ eyes: EYES }), T0, strategy)
        let now = T0
        for (const { move, after } of moves) {
          now += after
          const next = apply(deployment, move, now)
          hold(deployment, next, now)
          deployment = next
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('the way back reaches its end from every step of the plan', () => {
    let deployment = newDeployment(makeService({ eyes: EYES }), T0, strategy)
    let now = T0
    while (deployment.status === 'running') {
      let back = recordEvent(deployment, { type: 'rollback-asked', by: ana, reason: null }, now)
      for (let index = 0; back.ok && back.value.deployment.status === 'going-back'; index += 1) {
        back = recordEvent(back.value.deployment, { type: 'way-back-step-done', index, text: '' }, now)
      }
      expect(back.ok && ['rolled-back', 'refused'].includes(back.value.deployment.status)).toBe(true)
      now += 16 * MINUTE
      deployment = doStep(deployment, now)
    }
  })
})
