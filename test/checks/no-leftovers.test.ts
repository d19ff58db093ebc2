import { describe, expect, it } from 'vitest'
import { judgeLeftovers } from '../../src/checks/no-leftovers.ts'
import { makeService } from '../playbook/fixtures.ts'
import { makeInspection } from './fixtures.ts'

describe('no-leftovers', () => {
  it('holds when nothing is left', () => {
    expect(judgeLeftovers(makeService(), makeInspection()).status).toBe('holds')
  })

  it('waits while an earlier deployment retires its pods, and says what to type if none does', () => {
    const found = judgeLeftovers(makeService(), makeInspection({ leftovers: ['api-previous'] }))
    expect(found.status).toBe('not-yet')
    expect(found.sentence).toContain('deployment/api-previous of an earlier run is still there')
    expect(found.sentence).toContain('`kubectl -n production delete deployment/api-previous`')
  })

  it('tells a Service from a Deployment', () => {
    const found = judgeLeftovers(makeService(), makeInspection({ leftovers: ['api-canary', 'service/api-preview'] }))
    expect(found.sentence).toContain('deployment/api-canary, service/api-preview of an earlier run are still there')
    expect(found.sentence).toContain('delete deployment/api-canary service/api-preview`')
  })

  it('does not pass while it cannot be told', () => {
    const unread = [{ part: 'leftovers', why: 'the API server answered 500' }]
    expect(judgeLeftovers(makeService(), makeInspection({ unread })).status).toBe('not-yet')
  })
})
