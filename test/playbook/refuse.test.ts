import { describe, expect, it } from 'vitest'
import type { Block } from '../../src/playbook/block.ts'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE } from '../../src/playbook/durations.ts'
import { refuse } from '../../src/playbook/refuse.ts'
import { readingFaults } from '../reading.ts'
import { ana, ben, makeService, must, newDeployment, T0, walkTo } from './fixtures.ts'

const service = makeService()
const asked = newDeployment(service)
const live = walkTo(asked, 'watch-25').deployment
const approved = must(walkTo(asked, 'approve-5').deployment, { type: 'approved', by: ben, step: 'approve-5' }, T0)
const held = must(live, { type: 'held', by: ben, reason: 'lunch.' }, T0).deployment
const back = must(live, { type: 'rollback-asked', by: ben, reason: null }, T0).deployment
const done: Deployment = { ...live, status: 'completed', endedAt: T0, keepUntil: T0 + 60 * MINUTE }
const over: Deployment = { ...back, status: 'rolled-back', endedAt: T0 }
const block: Block = {
  service: 'api',
  version: 'v2.0',
  digest: null,
  deployment: 'api-1',
  at: T0,
  by: ben,
  why: 'it was slow.',
}

const REFUSALS = {
  unknownService: refuse.unknownService('apo', ['api', 'web']),
  strategyNotAllowed: refuse.strategyNotAllowed(service, 'big-bang'),
  badVersion: refuse.badVersion(service, '-x'),
  serviceBusy: refuse.serviceBusy('api', 'api-1'),
  nothingLive: refuse.nothingLive('api'),
  notAllowed: refuse.notAllowed(ana, 'approve', service, [ben.id]),
  ownDeployment: refuse.ownDeployment(live, [ben.id]),
  outsider: refuse.outsider(ana, 'guest'),
  notWaiting: refuse.notWaiting(approved.deployment),
  oldCard: refuse.oldCard(live),
  ended: refuse.ended(done),
  newerLive: refuse.newerLive(done, 'api-2'),
  goingBack: refuse.goingBack(back),
  alreadyHolding: refuse.alreadyHolding(held),
  notHolding: refuse.notHolding(live),
  unseen: refuse.unseen(held),
  noWayBack: refuse.noWayBack(done),
  reasonMissing: refuse.reasonMissing('api', 'emergency'),
  nothingPinned: refuse.nothingPinned(service, 'There: v1.9.'),
  notRestored: refuse.notRestored('api', 'the API server does not answer.', ['kubectl get pods']),
  blocked: refuse.blocked('api', 'v2.0', block),
  notBlocked: refuse.notBlocked('api', 'v2.0', ['v1.8']),
  stale: refuse.stale(live),
} satisfies Record<keyof typeof refuse, { readonly refusal: object }>

describe('every refusal', () => {
  it.each(Object.entries(REFUSALS))('says what, what it means for traffic, and what next: %s', (_, { refusal }) => {
    const { what, traffic, next } = refusal
    const read = (said: string) => said.replaceAll(/<@\w+>/g, '@somebody')
    for (const said of [what, traffic, next].map(read)) {
      expect(readingFaults(said)).toEqual([])
      expect(said).toMatch(/[.]$/)
    }
  })
})

describe('what is over', () => {
  it('says how it ended, and how to go back while that can be', () => {
    expect(refuse.ended(done).refusal).toMatchObject({
      what: 'api-1 is over: it completed (2026-01-15 14:00 UTC).',
      next: 'Go back with `/deploy rollback api`, or start anew with `/deploy api <version> canary`.',
    })
    expect(refuse.ended(over).refusal).toMatchObject({
      what: 'api-1 is over: it went back (2026-01-15 14:00 UTC).',
      next: 'Start anew with `/deploy api <version> canary`.',
    })
  })
})

describe('the share in a refusal', () => {
  it('is told twice only where plan and truth differ', () => {
    expect(refuse.notHolding(live).refusal.traffic).toBe('v2.0 has 25 % of the traffic.')
    const real = (share: number | null) => refuse.notHolding({ ...live, share: { planned: 25, real: share } }).refusal
    expect(real(33.333).traffic).toBe('v2.0 has 25 % of the traffic (really 33.3 %).')
    expect(real(null).traffic).toBe('v2.0 has 25 % of the traffic (real share not known).')
  })
})
