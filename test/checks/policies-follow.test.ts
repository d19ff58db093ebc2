import { describe, expect, it } from 'vitest'
import { judgePolicies } from '../../src/checks/policies-follow.ts'
import { makeService } from '../playbook/fixtures.ts'
import { makeInspection } from './fixtures.ts'

describe('policies-follow', () => {
  it('holds where no policy is lost', () => {
    expect(judgePolicies(makeService(), makeInspection()).status).toBe('holds')
  })

  it('warns of a policy that would not hold for the new pods, and says by which labels', () => {
    const found = judgePolicies(makeService(), makeInspection({ policiesLost: ['allow-web'] }))
    expect(found.status).toBe('warns')
    expect(found.sentence).toContain('NetworkPolicy allow-web')
    expect(found.sentence).toContain('(app, track: what api selects by)')
  })

  it('warns of a policy that would not hold for the old pods once they are kept', () => {
    const found = judgePolicies(makeService(), makeInspection({ policiesLostWhenKept: ['allow-db'] }))
    expect(found.status).toBe('warns')
    expect(found.sentence).toContain('NetworkPolicy allow-db will not hold for the old pods while they are kept')
  })

  it('does not know where policies may not be read', () => {
    const unread = [{ part: 'network policies', why: 'forbidden' }]
    expect(judgePolicies(makeService(), makeInspection({ unread })).status).toBe('unknown')
  })
})
