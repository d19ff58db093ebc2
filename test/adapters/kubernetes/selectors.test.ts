import { describe, expect, it } from 'vitest'
import { matches, matchesLabelSelector, selectorQuery } from '../../../src/adapters/kubernetes/selectors.ts'

describe('selectors', () => {
  it('of a Service select nothing when they are empty', () => {
    expect(matches({}, { app: 'api' })).toBe(false)
    expect(matches({ app: 'api' }, { app: 'api', track: 'stable' })).toBe(true)
    expect(matches({ app: 'api', track: 'canary' }, { app: 'api', track: 'stable' })).toBe(false)
  })

  const selector = {
    matchLabels: { app: 'api' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['web', 'edge'] },
      { key: 'legacy', operator: 'DoesNotExist' },
      { key: 'zone', operator: 'NotIn', values: ['c'] },
      { key: 'track', operator: 'Exists' },
    ],
  }

  it('with expressions are matched and written as a query', () => {
    expect(matchesLabelSelector(selector, { app: 'api', tier: 'web', track: 'stable' })).toBe(true)
    expect(matchesLabelSelector(selector, { app: 'api', tier: 'db', track: 'stable' })).toBe(false)
    expect(matchesLabelSelector(selector, { app: 'api', tier: 'web', track: 'x', legacy: 'y' })).toBe(false)
    expect(matchesLabelSelector(selector, { app: 'api', tier: 'web', track: 'x', zone: 'c' })).toBe(false)
    expect(selectorQuery(selector)).toBe('app=api,tier in (web,edge),!legacy,zone notin (c),track')
  })
})
