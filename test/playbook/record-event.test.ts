import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import { nextStep } from '../../src/playbook/next-step.ts'
import { recordEvent } from '../../src/playbook/record-event.ts'
import { ana, ben, makePod, makeSample, makeService, must, newDeployment, noData, T0, walkTo } from './fixtures.ts'

const refusalOf = (outcome: ReturnType<typeof recordEvent>) => (outcome.ok ? 'accepted' : outcome.refusal.code)

describe('the way forward', () => {
  it('walks 5, 25, 50 and 100 % and completes with three check-ins and an hour to go back', () => {
    const { deployment, now } = walkTo(newDeployment(), 'nowhere')
    expect(deployment.status).toBe('completed')
    expect(deployment.share.planned).toBe(100)
    expect(deployment.checkIns.map((row) => row.dueAt - now)).toEqual([60 * MINUTE, 240 * MINUTE, 1440 * MINUTE])
    expect(deployment.keepUntil).toBe(now + 60 * MINUTE)
  })

  it('asks for approval in the channel before the first production traffic', () => {
    const { deployment, now } = walkTo(newDeployment(), 'approve-5')
    expect(deployment.share.planned).toBe(0)
    expect(nextStep(deployment, now)).toMatchObject({ kind: 'wait', person: true })
  })

  it('asks before the first pod when a ready pod is already traffic', () => {
    const steps = newDeployment(makeService({ router: { kind: 'replicas' } })).plan.phases.flatMap((phase) =>
      phase.steps.map((step) => step.id),
    )
    expect(steps.indexOf('approve-5')).toBeLessThan(steps.indexOf('start'))
  })

  it('raises the revision with each event', () => {
    const deployment = newDeployment()
    expect(must(deployment, { type: 'held', by: ben, reason: null }, T0).deployment.revision).toBe(
      deployment.revision + 1,
    )
  })

  it('refuses a report of a step that is not the present one', () => {
    expect(refusalOf(recordEvent(newDeployment(), { type: 'step-done', step: 'promote', text: '' }, T0))).toBe(
      'stale-event',
    )
  })

  /** Looks every two seconds from `now` until so much later, and in the last look too. */
  function looksUntil(deployment: Deployment, now: number, end: number): Deployment {
    let current = deployment
    for (let at = now; at <= end && current.status === 'running'; at += 2 * SECOND) {
      const retryAt = at + 2 * SECOND
      current = must(current, { type: 'step-not-yet', step: 'start', why: '0 of 1 pods ready', retryAt }, at).deployment
    }
    return current
  }

  it('fails a step that is not there by its deadline', () => {
    const { deployment, now } = walkTo(newDeployment(), 'start')
    expect(looksUntil(deployment, now, now + 10 * MINUTE - SECOND).status).toBe('running')
    const late = looksUntil(deployment, now, now + 10 * MINUTE)
    expect(late.status).toBe('going-back')
    expect(late.goingBack?.hadTraffic).toBe(false)
  })

  it('does not count the time in which nobody looked against the step: a worker was killed, its deadline was not', () => {
    const { deployment, now } = walkTo(newDeployment(), 'start')
    const before = looksUntil(deployment, now, now + 5 * MINUTE)
    const woken = looksUntil(before, now + 60 * MINUTE, now + 60 * MINUTE)
    expect(woken.status).toBe('running')
    expect(looksUntil(woken, now + 60 * MINUTE, now + 64 * MINUTE).status).toBe('running')
    expect(looksUntil(woken, now + 60 * MINUTE, now + 66 * MINUTE).status).toBe('going-back')
  })

  it('names the version that stays by what the failed pre-flight found out', () => {
    const facts = { fromVersion: 'v1.9', digest: 'sha256:1' }
    const missing = 'The quota is used up.'
    const failed = must(newDeployment(), { type: 'step-failed', step: 'checks', why: missing, facts }, T0)
    expect(failed.deployment).toMatchObject({ status: 'refused', ...facts })
    expect(failed.entries.at(-1)?.text).toContain('all traffic stays on v1.9')
    const event = {
      type: 'step-not-yet',
      step: 'checks',
      why: 'One pod is starting.',
      retryAt: T0 + 32 * SECOND,
      facts,
    } as const
    const waiting = must(newDeployment(), event, T0 + 30 * SECOND).deployment
    expect(waiting).toMatchObject({ status: 'running', ...facts })
    const late = must(waiting, { ...event, facts: {} }, T0 + 60 * SECOND)
    expect(late.entries.at(-1)?.text).toContain('all traffic stays on v1.9')
  })

  it('refuses the deployment when pre-flight fails, with nothing to undo', () => {
    const { deployment, entries } = must(
      newDeployment(),
      { type: 'step-failed', step: 'checks', why: 'The image is missing.' },
      T0,
    )
    expect(deployment.status).toBe('refused')
    expect(entries.at(-1)?.text).toContain('Nothing was changed')
  })
})

describe('approval', () => {
  const atApproval = () => walkTo(newDeployment(), 'approve-5')

  it('is given once: the second person is told who was first', () => {
    const { deployment, now } = atApproval()
    const approved = must(deployment, { type: 'approved', by: ben, step: 'approve-5' }, now).deployment
    const second = recordEvent(approved, { type: 'approved', by: ana, step: 'approve-5' }, now)
    expect(second.ok ? '' : second.refusal.what).toContain('Already approved by Ben')
  })

  it('is refused for a button of another step', () => {
    const { deployment, now } = atApproval()
    expect(refusalOf(recordEvent(deployment, { type: 'approved', by: ben, step: 'approve-25' }, now))).toBe('old-card')
  })

  it('that never comes ends the deployment without a trace on traffic', () => {
    const { deployment, now } = atApproval()
    const later = now + 4 * 60 * MINUTE
    expect(nextStep(deployment, later)).toEqual({ kind: 'note', event: 'approval-expired' })
    const expired = must(deployment, { type: 'approval-expired' }, later).deployment
    expect(expired.status).toBe('going-back')
  })
})

describe('watching', () => {
  const at25 = () => walkTo(newDeployment(), 'watch-25')

  it('goes back at once on one critical sample', () => {
    const { deployment, now } = at25()
    const { deployment: after, entries } = must(
      deployment,
      { type: 'sampled', sample: makeSample(now, { errors: 20 }) },
      now,
    )
    expect(after.status).toBe('going-back')
    expect(entries[0]).toMatchObject({ audience: 'channel', level: 'bad' })
    expect(nextStep(after, now)).toMatchObject({ kind: 'way-back', step: { id: 'restore' } })
  })

  it('says at the end of a way back that the image is blocked, and what unblocks it; not when it had no traffic', () => {
    const goBack = (walked: { readonly deployment: Deployment; readonly now: number }) => {
      let { deployment } = must(walked.deployment, { type: 'abort-asked', by: ben, reason: null }, walked.now)
      let told = ''
      for (let index = 0; deployment.status === 'going-back'; index++) {
        const step = must(deployment, { type: 'way-back-step-done', index, text: 'done' }, walked.now + MINUTE)
        deployment = step.deployment
        told = step.entries.at(-1)?.text ?? ''
      }
      return told
    }
    expect(goBack(at25())).toContain('`/deploy unblock api v2.0 <reason>`')
    expect(goBack(walkTo(newDeployment(), 'approve-5'))).not.toContain('blocked')
  })

  it('holds after two warnings of three, and waits for a person', () => {
    const { deployment, now } = at25()
    const warn = (d: typeof deployment, at: number) =>
      must(d, { type: 'sampled', sample: makeSample(at, { p95: 350 }) }, at).deployment
    const once = warn(deployment, now)
    expect(once.status).toBe('running')
    const twice = warn(once, now + 10 * SECOND)
    expect(twice.hold?.reason).toBe('warning')
    expect(must(twice, { type: 'resumed', by: ben }, now + MINUTE).deployment.status).toBe('running')
  })

  it('still goes back on a breach while it holds', () => {
    const { deployment, now } = at25()
    const held = must(deployment, { type: 'held', by: ben, reason: null }, now).deployment
    expect(must(held, { type: 'sampled', sample: makeSample(now, { errors: 100 }) }, now).deployment.status).toBe(
      'going-back',
    )
  })

  it('forgives no data while it warms up, then holds, then goes on by itself when data is back', () => {
    const { deployment, now } = at25()
    const feed = (d: typeof deployment, at: number) => must(d, { type: 'sampled', sample: noData(at) }, at).deployment
    const early = feed(feed(feed(deployment, now), now + 10 * SECOND), now + 20 * SECOND)
    expect(early.status).toBe('running')
    const late = feed(early, now + 2 * MINUTE)
    expect(late.hold?.reason).toBe('no-data')
    const back = must(late, { type: 'sampled', sample: makeSample(now + 3 * MINUTE) }, now + 3 * MINUTE).deployment
    expect(back.status).toBe('running')
  })

  it('never passes a window without enough requests, and never rolls back for it', () => {
    const { deployment, now } = at25()
    const end = now + 15 * MINUTE
    const few = must(
      deployment,
      { type: 'sampled', sample: makeSample(end, { requests: 20, wholeRequests: 200 }) },
      end,
    ).deployment
    expect(few.hold?.reason).toBe('low-traffic')
    const more = must(
      few,
      { type: 'sampled', sample: makeSample(end + MINUTE, { requests: 60, wholeRequests: 320 }) },
      end + MINUTE,
    ).deployment
    expect(more.status).toBe('running')
    const passed = must(
      more,
      { type: 'sampled', sample: makeSample(end + MINUTE, { requests: 60, wholeRequests: 330 }) },
      end + MINUTE,
    ).deployment
    expect(passed.step).toBe('pods-50')
  })

  it('asks with a countdown instead when the service says so', () => {
    const { deployment, now } = walkTo(newDeployment(makeService({ onBreach: 'ask' })), 'watch-25')
    const asked = must(deployment, { type: 'sampled', sample: makeSample(now, { errors: 20 }) }, now).deployment
    expect(asked.hold).toMatchObject({ reason: 'critical', rollBackAt: now + 5 * MINUTE })
    expect(nextStep({ ...asked, window: null }, now + 5 * MINUTE)).toEqual({ kind: 'note', event: 'countdown-over' })
  })
})

describe('the guard', () => {
  const at25 = () => walkTo(newDeployment(), 'watch-25')
  const health = (ready: number) => ({
    at: T0,
    wanted: 2,
    ready,
    pods: [makePod('a')],
    wereReady: ['a'],
    someUnreadySince: ready === 1 ? T0 : null,
  })

  it('goes back at once on a crash', () => {
    const { deployment, now } = at25()
    const after = must(
      deployment,
      { type: 'pods-seen', health: health(1), verdict: { kind: 'crash', detail: '1 of 2' } },
      now,
    ).deployment
    expect(after.goingBack?.trigger).toBe('crash')
  })

  it('takes the traffic away at once when all new pods are unready, and asks', () => {
    const { deployment, now } = at25()
    const after = must(
      deployment,
      { type: 'pods-seen', health: health(0), verdict: { kind: 'all-unready', detail: 'all' } },
      now,
    ).deployment
    expect(nextStep(after, now)).toEqual({ kind: 'withdraw' })
    const off = must(after, { type: 'withdrawn', realShare: 0 }, now).deployment
    expect(off.share.planned).toBe(0)
    const resumed = must(off, { type: 'resumed', by: ben }, now).deployment
    expect(resumed.step).toBe('route-25')
  })

  it('goes back when all pods are unready after the old workload is gone: only the kept version has room', () => {
    const { deployment, now } = walkTo(newDeployment(), 'settle')
    const seen = { type: 'pods-seen', health: health(0), verdict: { kind: 'all-unready', detail: 'all' } } as const
    expect(must(deployment, seen, now).deployment.status).toBe('going-back')
    const done = walkTo(newDeployment(), 'nowhere')
    expect(must(done.deployment, seen, done.now).deployment.status).toBe('going-back')
  })

  it('holds for some unready pods, goes on when they are back, goes back after the grace', () => {
    const { deployment, now } = at25()
    const verdict = { kind: 'some-unready', since: now, detail: '1 of 2' } as const
    const held = must(deployment, { type: 'pods-seen', health: health(1), verdict }, now).deployment
    expect(held.hold?.reason).toBe('unready')
    expect(must(held, { type: 'pods-seen', health: health(2), verdict: { kind: 'well' } }, now).deployment.status).toBe(
      'running',
    )
    expect(must(held, { type: 'pods-seen', health: health(1), verdict }, now + 10 * SECOND).deployment.status).toBe(
      'going-back',
    )
  })
})

describe('the way back', () => {
  it('restores, drains, tidies and ends; nothing forward is accepted any more', () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-50')
    const back = must(deployment, { type: 'abort-asked', by: ben, reason: null }, now).deployment
    expect(refusalOf(recordEvent(back, { type: 'resumed', by: ben }, now))).toBe('already-going-back')
    expect(refusalOf(recordEvent(back, { type: 'step-done', step: 'watch-50', text: '' }, now))).toBe('stale-event')
    const restored = must(
      back,
      { type: 'way-back-step-done', index: 0, text: 'restored', realShare: 0 },
      now,
    ).deployment
    expect(restored.share).toEqual({ planned: 0, real: 0 })
    expect(nextStep(restored, now)).toEqual({ kind: 'wait', until: now + 30 * SECOND, person: false })
    const drained = must(
      restored,
      { type: 'way-back-step-done', index: 1, text: 'drained' },
      now + 30 * SECOND,
    ).deployment
    const done = must(drained, { type: 'way-back-step-done', index: 2, text: 'tidy' }, now + 31 * SECOND).deployment
    expect(done.status).toBe('rolled-back')
    expect(nextStep(done, now + MINUTE)).toEqual({ kind: 'finished' })
  })

  it('exists after completion while the old version is kept, and not after', () => {
    const { deployment, now } = walkTo(newDeployment(), 'nowhere')
    expect(must(deployment, { type: 'rollback-asked', by: ana, reason: null }, now + MINUTE).deployment.status).toBe(
      'going-back',
    )
    expect(
      refusalOf(recordEvent(deployment, { type: 'rollback-asked', by: ana, reason: null }, now + 61 * MINUTE)),
    ).toBe('no-way-back')
  })

  it('before anything was touched is simply the end', () => {
    const ended = must(newDeployment(), { type: 'abort-asked', by: ana, reason: 'wrong version' }, T0)
    expect(ended.deployment.status).toBe('refused')
    expect(ended.entries[0]?.text).toContain('Nothing was changed on the cluster')
  })
})
