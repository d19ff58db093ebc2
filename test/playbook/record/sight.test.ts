/** The guard that cannot see the cluster: neither healthy nor sick. */
import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../../src/playbook/durations.ts'
import { nextStep } from '../../../src/playbook/next-step.ts'
import { recordEvent } from '../../../src/playbook/record-event.ts'
import { ana, ben, makePod, makeSample, must, newDeployment, walkTo } from '../fixtures.ts'

const why = 'Could not list pods: connect ECONNREFUSED.'
const lost = (since: number) => ({ type: 'sight-lost', since, why }) as const
const codeOf = (outcome: ReturnType<typeof recordEvent>) => (outcome.ok ? 'accepted' : outcome.refusal.code)

/** Looks in vain every five seconds, for so long; with what was told meanwhile. */
function unseenFor(deployment: Deployment, from: number, ms: number) {
  let current = deployment
  const told: string[] = []
  for (let at = from; at <= from + ms; at += 5 * SECOND) {
    const outcome = recordEvent(current, lost(at), at)
    if (!outcome.ok) continue
    current = outcome.value.deployment
    told.push(...outcome.value.entries.map(({ audience, text }) => `${audience}: ${text}`))
  }
  return { deployment: current, told, now: from + ms }
}

const at25 = () => walkTo(newDeployment(), 'watch-25')

describe('a cluster that is not seen', () => {
  it('for a moment is nothing to tell, and is written down once', () => {
    const { deployment, now } = at25()
    const { told, ...blind } = unseenFor(deployment, now, 10 * SECOND)
    expect(told).toEqual([])
    expect(blind.deployment.revision).toBe(deployment.revision + 1)
    const back = must(blind.deployment, { type: 'sight-back' }, blind.now)
    expect(back.entries).toEqual([])
    expect(back.deployment.blind).toBeNull()
  })

  it('for 15 s is told once in the thread, with what it means for traffic and what to type', () => {
    const { deployment, now } = at25()
    const blind = unseenFor(deployment, now, 50 * SECOND)
    expect(blind.told).toEqual([
      `thread: The cluster has not been seen for 15 s: ${why} How the pods of v2.0 are is not known. v2.0 has 25 % of the traffic. Nothing goes forward until it is seen again; after 60 s api-1 holds. To go back: \`/deploy rollback api\`.`,
    ])
    expect(blind.deployment).toMatchObject({ status: 'running', issues: [`The cluster was not seen: ${why}`] })
    const back = must(blind.deployment, { type: 'sight-back' }, now + MINUTE)
    expect(back.entries).toMatchObject([{ audience: 'thread', text: 'The cluster is seen again after 60 s.' }])
  })

  it('lets nothing go forward: no gate passes, and no step is taken', () => {
    const { deployment, now } = at25()
    const blind = unseenFor(deployment, now, 20 * SECOND)
    const end = now + 15 * MINUTE
    const good = { type: 'sampled', sample: makeSample(end, { wholeRequests: 9_000 }) } as const
    const waits = must(blind.deployment, good, end).deployment
    expect(waits).toMatchObject({ status: 'running', step: 'watch-25' })
    const seen = must(waits, { type: 'sight-back' }, end).deployment
    expect(must(seen, good, end).deployment.step).toBe('pods-50')

    const next = walkTo(newDeployment(), 'route-50')
    const still = unseenFor(next.deployment, next.now, 20 * SECOND)
    const watched = { type: 'sampled', sample: makeSample(still.now) } as const
    const stays = must(still.deployment, watched, still.now).deployment
    expect(nextStep(stays, still.now)).toEqual({ kind: 'wait', until: still.now + 5 * SECOND, person: false })
    const step = must(stays, { type: 'sight-back' }, still.now).deployment
    expect(nextStep(step, still.now)).toMatchObject({ kind: 'perform', step: { id: 'route-50' } })
  })

  it('keeps no step from its time: a deadline does not end meanwhile, and begins anew after it', () => {
    const { deployment, now } = walkTo(newDeployment(), 'verify-25')
    const notYet = (at: number) =>
      ({ type: 'step-not-yet', step: 'verify-25', why: 'no answer', retryAt: at + 2 * SECOND }) as const
    let current = unseenFor(deployment, now, 20 * SECOND).deployment
    for (let at = now; at <= now + 5 * MINUTE; at += 2 * SECOND) current = must(current, notYet(at), at).deployment
    expect(current.status).toBe('running')
    const back = now + 5 * MINUTE
    current = must(current, { type: 'sight-back' }, back).deployment
    for (let at = back; at < back + 2 * MINUTE; at += 2 * SECOND) current = must(current, notYet(at), at).deployment
    expect(current.status).toBe('running')
    expect(must(current, notYet(back), back + 2 * MINUTE).deployment.status).toBe('going-back')
  })

  it('for a minute holds, says so in the channel, and goes on by itself where it was', () => {
    const { deployment, now } = at25()
    const blind = unseenFor(deployment, now, 10 * MINUTE)
    expect(blind.told).toHaveLength(2)
    expect(blind.told[1]).toBe(
      'channel: api-1 holds: the cluster has not been seen for 60 s: Could not list pods: connect ECONNREFUSED. v2.0 has 25 % of the traffic. It goes on by itself when the cluster is seen again, and never goes back for this alone. To go back all the same: `/deploy rollback api`. To look for yourself: `kubectl --namespace production get --raw /readyz`.',
    )
    expect(blind.deployment).toMatchObject({ status: 'holding', hold: { reason: 'blind' }, share: { planned: 25 } })
    const back = must(blind.deployment, { type: 'sight-back' }, blind.now)
    expect(back.deployment).toMatchObject({ status: 'running', step: 'watch-25', hold: null, blind: null })
    expect(back.entries[0]?.text).toBe('The cluster is seen again after 600 s; api-1 goes on by itself.')
  })

  it('never is a reason to go back, however long; a person may, and a breach of the metrics does', () => {
    const { deployment, now } = at25()
    const blind = unseenFor(deployment, now, 60 * MINUTE)
    expect(blind.deployment.status).toBe('holding')
    expect(codeOf(recordEvent(blind.deployment, { type: 'countdown-over' }, blind.now))).toBe('stale-event')
    const asked = must(blind.deployment, { type: 'rollback-asked', by: ana, reason: null }, blind.now).deployment
    expect(asked).toMatchObject({ status: 'going-back', blind: null })
    const bad = { type: 'sampled', sample: makeSample(blind.now, { errors: 500 }) } as const
    expect(must(blind.deployment, bad, blind.now).deployment.status).toBe('going-back')
  })

  it('cannot be resumed; held by a person it waits for that person', () => {
    const { deployment, now } = at25()
    const blind = unseenFor(deployment, now, 2 * MINUTE)
    expect(codeOf(recordEvent(blind.deployment, { type: 'resumed', by: ben }, blind.now))).toBe('cluster-unseen')
    const held = must(blind.deployment, { type: 'held', by: ben, reason: null }, blind.now).deployment
    const back = must(held, { type: 'sight-back' }, blind.now + SECOND)
    expect(back.deployment).toMatchObject({ status: 'holding', hold: { reason: 'person' } })
    expect(back.entries[0]?.text).toBe('The cluster is seen again after 121 s.')
  })

  it('reminds without asking for what nobody can decide', () => {
    const { deployment, now } = at25()
    const blind = unseenFor(deployment, now, 16 * MINUTE)
    const { entries } = must(blind.deployment, { type: 'hold-reminded' }, blind.now)
    expect(entries[0]?.text).toContain('It goes on by itself when the cluster is seen again.')
    expect(entries[0]?.text).not.toContain('/deploy resume')
  })

  it('after completion is told while there is a way back, and holds nothing', () => {
    const { deployment, now } = walkTo(newDeployment(), 'nowhere')
    const blind = unseenFor(deployment, now, 5 * MINUTE)
    expect(blind.told).toHaveLength(1)
    expect(blind.deployment.status).toBe('completed')
    expect(codeOf(recordEvent(deployment, lost(now), now + 61 * MINUTE))).toBe('stale-event')
  })

  it('shows a crash as soon as it is seen again', () => {
    const { deployment, now } = at25()
    const blind = unseenFor(deployment, now, 2 * MINUTE)
    const back = must(blind.deployment, { type: 'sight-back' }, blind.now).deployment
    const pods = [makePod('a', { restarts: 1 })]
    const health = { at: blind.now, wanted: 2, ready: 1, pods, wereReady: ['a'], someUnreadySince: null }
    const crash = { type: 'pods-seen', health, verdict: { kind: 'crash', detail: '1 of 2' } } as const
    expect(must(back, crash, blind.now).deployment).toMatchObject({ status: 'going-back' })
  })
})
