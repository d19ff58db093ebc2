import { describe, expect, it } from 'vitest'
import { judgeBudget } from '../../src/checks/disruption-budget-known.ts'
import { makeService } from '../playbook/fixtures.ts'
import { makeInspection } from './fixtures.ts'

const judge = (disruptionsAllowed: number) =>
  judgeBudget(makeService(), makeInspection({ pdb: { name: 'api', disruptionsAllowed } }))

describe('disruption-budget-known', () => {
  it('names the budget, or that there is none', () => {
    expect(judgeBudget(makeService(), makeInspection()).sentence).toBe('No PodDisruptionBudget covers api.')
    expect(judge(1).status).toBe('holds')
    expect(judge(1).sentence).toContain('PodDisruptionBudget api allows 1 disruption now')
  })

  it('warns, and no more, when it allows nothing', () => {
    expect(judge(0).status).toBe('warns')
  })
})
