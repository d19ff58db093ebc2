import { describe, expect, it } from 'vitest'
import { policiesLost } from '../../../../src/adapters/kubernetes/inspect/lost-policies.ts'

const kept = { tier: 'web', 'tminus.dev/slot': 'previous' }
const labels = { stable: { app: 'api', tier: 'web' }, canary: { tier: 'web', 'tminus.dev/slot': 'canary' }, kept }
const policy = (name: string, podSelector: object) => ({ metadata: { name }, spec: { podSelector } })
const lost = (...policies: readonly ReturnType<typeof policy>[]) =>
  policiesLost('switch', policies, labels).policiesLost

const byApp = policy('by-app', { matchLabels: { app: 'api' } })

describe('a policy is lost', () => {
  it('when it finds the old pods and not the new ones', () => {
    expect(lost(byApp)).toEqual(['by-app'])
    const expressions = { matchExpressions: [{ key: 'app', operator: 'In', values: ['api', 'web'] }] }
    expect(lost(policy('by-expression', expressions))).toEqual(['by-expression'])
  })

  it('not when it finds both, or never found the old ones', () => {
    const others = [
      policy('everything', {}),
      policy('by-tier', { matchLabels: { tier: 'web' } }),
      policy('of-somebody-else', { matchLabels: { app: 'db' } }),
    ]
    expect(lost(...others)).toEqual([])
  })

  it('by the kept pods of every strategy that keeps some beside the workload', () => {
    expect(policiesLost('switch', [byApp], labels).policiesLostWhenKept).toEqual(['by-app'])
    const canary = { ...labels, canary: { ...labels.stable, 'tminus.dev/slot': 'canary' } }
    expect(policiesLost('istio', [byApp], canary)).toEqual({ policiesLost: [], policiesLostWhenKept: ['by-app'] })
    expect(policiesLost('rolling', [byApp], labels)).toEqual({ policiesLost: [], policiesLostWhenKept: [] })
  })
})
