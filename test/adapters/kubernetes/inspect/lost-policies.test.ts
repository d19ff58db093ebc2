import { describe, expect, it } from 'vitest'
import { lostPolicies } from '../../../../src/adapters/kubernetes/inspect/lost-policies.ts'

const labels = { stable: { app: 'api', tier: 'web' }, canary: { tier: 'web', 'tminus.dev/slot': 'canary' } }
const policy = (name: string, podSelector: object) => ({ metadata: { name }, spec: { podSelector } })

describe('a policy is lost', () => {
  it('when it finds the old pods and not the new ones', () => {
    expect(lostPolicies([policy('by-app', { matchLabels: { app: 'api' } })], labels)).toEqual(['by-app'])
    const expressions = { matchExpressions: [{ key: 'app', operator: 'In', values: ['api', 'web'] }] }
    expect(lostPolicies([policy('by-expression', expressions)], labels)).toEqual(['by-expression'])
  })

  it('not when it finds both, or never found the old ones', () => {
    const others = [
      policy('everything', {}),
      policy('by-tier', { matchLabels: { tier: 'web' } }),
      policy('of-somebody-else', { matchLabels: { app: 'db' } }),
    ]
    expect(lostPolicies(others, labels)).toEqual([])
  })
})
