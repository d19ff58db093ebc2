import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../../src/playbook/durations.ts'
import type { ForeignChange } from '../../../src/playbook/foreign-change.ts'
import { nextStep } from '../../../src/playbook/next-step.ts'
import { recordEvent } from '../../../src/playbook/record-event.ts'
import { ana, ben, doStep, makePod, makeSample, makeService, must, newDeployment, noData, T0 } from '../fixtures.ts'

const LATER = T0 + 300 * MINUTE

const REVERTED: ForeignChange = {
  field: 'shares',
  what: 'the share of the new version in VirtualService "api"',
  wanted: '25 %',
  found: '0 %',
  by: { manager: 'argocd-controller', operation: 'Apply', subresource: null, at: T0 },
}
const meddled = { type: 'changed-by-others', changes: [REVERTED], realShare: 0 } as const

function upTo(step: string, service = makeService()): Deployment {
  let found = newDeployment(service)
  for (let now = T0; found.step !== step; now += 20 * MINUTE) found = doStep(found, now)
  return found
}

describe('a field that somebody else changed', () => {
  it('holds the deployment, names who, and says what to type', () => {
    const { deployment, entries } = must(upTo('watch-25'), meddled, LATER)
    expect(deployment).toMatchObject({
      status: 'holding',
      hold: { reason: 'changed', detail: 'Argo CD changed the share of the new version in VirtualService "api"' },
      share: { planned: 25, real: 0 },
      meddled: { changes: [REVERTED], reclaim: false },
    })
    expect(entries).toMatchObject([
      {
        audience: 'channel',
        level: 'warning',
        evidence: expect.stringContaining('who:  Argo CD (argocd-controller, 2026-01-15 14:00:00 UTC)'),
      },
    ])
    expect(entries[0]?.text).toMatch(/25 % and is 0 % now.*`\/deploy resume api` writes ours again.*argocd app set/)
    expect(nextStep(deployment, LATER).kind).toBe('sample')
  })

  it('is told once, until it is another one or comes again after a decision', () => {
    const held = must(upTo('watch-25'), meddled, LATER).deployment
    expect(recordEvent(held, meddled, LATER + SECOND)).toMatchObject({ ok: false, refusal: { code: 'stale-event' } })
    const other = { ...meddled, changes: [{ ...REVERTED, found: '10 %' }] }
    expect(recordEvent(held, other, LATER + SECOND).ok).toBe(true)
    const resumed = must(held, { type: 'resumed', by: ben }, LATER + MINUTE).deployment
    expect(recordEvent(resumed, meddled, LATER + MINUTE).ok).toBe(false)
    const written = must(resumed, { type: 'reclaimed' }, LATER + MINUTE).deployment
    expect(must(written, meddled, LATER + 2 * MINUTE).deployment.hold?.reason).toBe('changed')
  })

  it('is written again after a resume, before anything else, and the window starts afresh', () => {
    const sick = must(upTo('watch-25'), { type: 'sampled', sample: makeSample(LATER, { p95: 400 }) }, LATER).deployment
    const held = must(sick, meddled, LATER).deployment
    const resumed = must(held, { type: 'resumed', by: ben }, LATER + MINUTE).deployment
    expect(nextStep(resumed, LATER + MINUTE)).toEqual({ kind: 'reclaim', fields: ['shares'] })
    const late = must(resumed, { type: 'late', why: 'busy', retryAt: LATER + 2 * MINUTE }, LATER + MINUTE).deployment
    expect(nextStep(late, LATER + MINUTE)).toEqual({ kind: 'wait', until: LATER + 2 * MINUTE, person: false })
    const { deployment, entries } = must(late, { type: 'reclaimed' }, LATER + 3 * MINUTE)
    expect(deployment).toMatchObject({
      status: 'running',
      meddled: null,
      stepSince: LATER + 3 * MINUTE,
      window: { samples: [], since: LATER + 3 * MINUTE },
    })
    expect(entries[0]?.text).toBe('Written again: the share of the new version in VirtualService "api" is 25 %.')
  })

  it('is a matter for a person again when it cannot be written', () => {
    const held = must(upTo('watch-25'), meddled, LATER).deployment
    const resumed = must(held, { type: 'resumed', by: ben }, LATER).deployment
    const { deployment } = must(resumed, { type: 'reclaim-refused', why: 'not allowed.' }, LATER)
    expect(deployment).toMatchObject({ status: 'holding', hold: { reason: 'changed' }, meddled: { reclaim: false } })
    expect(must(deployment, { type: 'resumed', by: ben }, LATER).deployment.meddled?.reclaim).toBe(true)
  })

  it('does not end by itself with the hold that it came into: data back, pods well', () => {
    let blind = upTo('watch-25')
    for (const seconds of [70, 80, 90]) {
      const at = LATER + seconds * SECOND
      blind = must(blind, { type: 'sampled', sample: noData(at) }, at).deployment
    }
    expect(blind.hold?.reason).toBe('no-data')
    const both = must(blind, meddled, LATER + 2 * MINUTE).deployment
    const at = LATER + 3 * MINUTE
    const seen = must(both, { type: 'sampled', sample: makeSample(at) }, at).deployment
    expect(seen).toMatchObject({ status: 'holding', hold: { reason: 'changed' } })

    const health = { at: T0, wanted: 2, ready: 1, pods: [makePod('a')], wereReady: ['a'], someUnreadySince: LATER }
    const some = { type: 'pods-seen', health, verdict: { kind: 'some-unready', since: LATER, detail: 'x' } } as const
    const unready = must(must(upTo('watch-25'), some, LATER).deployment, meddled, LATER).deployment
    expect(unready.hold).toMatchObject({ reason: 'unready', rollBackAt: expect.any(Number) })
    const well = must(unready, { type: 'pods-seen', health, verdict: { kind: 'well' } }, LATER + SECOND)
    expect(well.deployment).toMatchObject({ status: 'holding', hold: { reason: 'changed' } })
    expect(well.entries[0]?.text).toContain('still holds: others changed what is its own')
  })

  it('leaves a countdown running, and a person’s own hold theirs', () => {
    const asks = upTo('watch-25', makeService({ onBreach: 'ask' }))
    const breach = must(asks, { type: 'sampled', sample: makeSample(LATER, { errors: 500 }) }, LATER).deployment
    const both = must(breach, meddled, LATER + SECOND).deployment
    expect(both.hold).toEqual(breach.hold)
    const own = must(upTo('watch-25'), { type: 'held', by: ben, reason: null }, LATER).deployment
    expect(must(own, meddled, LATER).deployment.hold).toMatchObject({ reason: 'person', by: ben })
    const resumed = must(must(own, meddled, LATER).deployment, { type: 'resumed', by: ben }, LATER).deployment
    expect(nextStep(resumed, LATER).kind).toBe('reclaim')
  })

  it.each(['0', 'gone'])('takes the traffic away when the new version has no pods left (%s)', (found) => {
    const change = { ...REVERTED, field: 'canary-replicas', what: 'Deployment "api-canary"', found } as const
    const event = { type: 'changed-by-others', changes: [change] } as const
    expect(must(upTo('watch-25'), event, LATER).deployment.hold).toMatchObject({
      reason: 'changed',
      withdraw: 'wanted',
    })
    // Once the workload runs the new version itself there is no old one beside it that could take the traffic.
    const back = must(upTo('settle'), event, LATER).deployment
    expect(back).toMatchObject({ status: 'going-back', goingBack: { trigger: 'unready' } })
  })

  it('is told after the end, and changes nothing', () => {
    const over = doStep(upTo('journal'), LATER)
    const { deployment, entries } = must(over, meddled, LATER + MINUTE)
    expect(deployment).toMatchObject({ status: 'completed', hold: null })
    expect(entries).toMatchObject([{ audience: 'thread', text: expect.stringContaining('is over and leaves it') }])
    expect(recordEvent(deployment, meddled, LATER + 2 * MINUTE).ok).toBe(false)
    expect(recordEvent(over, meddled, LATER + 61 * MINUTE).ok).toBe(false)
  })

  it('does not hold up the way back, which names whoever undoes it, once', () => {
    const back = must(
      must(upTo('watch-25'), meddled, LATER).deployment,
      { type: 'rollback-asked', by: ana, reason: null },
      LATER,
    )
    expect(back.deployment).toMatchObject({ status: 'going-back', meddled: null })
    const undone = { type: 'restore-undone', changes: [REVERTED] } as const
    expect(recordEvent(back.deployment, undone, LATER).ok).toBe(false)
    const restored = must(
      back.deployment,
      { type: 'way-back-step-done', index: 0, text: '', realShare: 0 },
      LATER,
    ).deployment
    const { deployment, entries } = must(restored, undone, LATER)
    expect(entries[0]?.text).toContain('Somebody undid the way back: the share of the new version')
    expect(recordEvent(deployment, undone, LATER).ok).toBe(false)
    expect(nextStep(deployment, LATER + MINUTE)).toMatchObject({ kind: 'way-back', index: 1 })
  })
})
