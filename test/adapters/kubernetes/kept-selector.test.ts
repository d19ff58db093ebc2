import { describe, expect, it } from 'vitest'
import { isForTheRun, keptSelector, leadsToKept } from '../../../src/adapters/kubernetes/kept-selector.ts'
import { slotLabels } from '../../../src/adapters/kubernetes/names.ts'
import { matches } from '../../../src/adapters/kubernetes/selectors.ts'
import type { RouterSettings } from '../../../src/playbook/service.ts'

const subset: RouterSettings = {
  kind: 'istio',
  virtualService: 'api',
  by: 'subset',
  stable: 'stable',
  canary: 'canary',
}
const host: RouterSettings = { ...subset, by: 'host', stable: 'api', canary: 'api-canary' }
const [kept, canary] = [slotLabels('api', 'previous'), slotLabels('api', 'canary')]

describe('the selector that leads to the kept pods', () => {
  it('selects them and nobody else, where the canary has a Service of its own', () => {
    const selector = keptSelector({ workload: 'api', router: host })
    expect([kept, canary, { app: 'api' }].map((labels) => matches(selector, labels))).toEqual([true, false, false])
  })

  it('leaves the canary in the one Service of the subsets, and the workload out', () => {
    const selector = keptSelector({ workload: 'api', router: subset })
    expect([kept, canary, { app: 'api' }].map((labels) => matches(selector, labels))).toEqual([true, true, false])
  })

  it.each([
    [keptSelector({ workload: 'api', router: host }), true, true],
    [keptSelector({ workload: 'api', router: subset }), true, true],
    [canary, false, true],
    [{ app: 'api', 'tminus.dev/slot': 'canary' }, false, true],
    [{ app: 'api' }, false, false],
  ])('is told from others: %o', (selector, leads, ours) => {
    expect([leadsToKept(selector), isForTheRun(selector)]).toEqual([leads, ours])
  })
})
