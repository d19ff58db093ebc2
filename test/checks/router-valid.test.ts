import { describe, expect, it } from 'vitest'
import { judgeRouter } from '../../src/checks/router-valid.ts'
import { makeService } from '../playbook/fixtures.ts'
import { makeInspection } from './fixtures.ts'

describe('router-valid', () => {
  it('names what divides the traffic', () => {
    expect(judgeRouter(makeService(), makeInspection()).sentence).toBe(
      'VirtualService api has the hosts api and api-canary.',
    )
    const byPods = judgeRouter(makeService({ router: { kind: 'replicas' } }), makeInspection())
    expect(byPods.sentence).toBe('Traffic is divided by numbers of pods behind api.')
    const bySwitch = judgeRouter(makeService({ router: { kind: 'switch' } }), makeInspection())
    expect(bySwitch.sentence).toContain('switched by the selector of api; the name api-preview is free')
  })

  it('fails with every fault and the object to mend', () => {
    const routerFaults = ['There is no subset v2', 'Weights add up to 90 %.']
    const found = judgeRouter(makeService(), makeInspection({ routerFaults }))
    expect(found.status).toBe('fails')
    expect(found.sentence).toContain('There is no subset v2. Weights add up to 90 %. Mend it with')
  })
})
