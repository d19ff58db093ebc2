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

  it('names the object of each router, also where to mend it', () => {
    const sides = { stable: 'api', canary: 'api-next' }
    const route = makeService({ router: { kind: 'gateway-api', httpRoute: 'shop', ...sides } })
    expect(judgeRouter(route, makeInspection()).sentence).toBe(
      'HTTPRoute shop has the backends api and api-next, and is accepted as it is.',
    )
    const ingress = makeService({ router: { kind: 'nginx', ingress: 'shop', ...sides } })
    expect(judgeRouter(ingress, makeInspection()).sentence).toBe(
      'Ingress shop leads to api; shop-canary gives api-next its share.',
    )
    const sick = makeInspection({ routerFaults: ['It is gone'] })
    expect(judgeRouter(route, sick).sentence).toContain('edit httproute shop')
    expect(judgeRouter(ingress, sick).sentence).toContain('edit ingress shop')
  })

  it('waits for a Gateway that has not taken the route yet: it may be a moment behind', () => {
    const route = makeService({ router: { kind: 'gateway-api', httpRoute: 'shop', stable: 'api', canary: 'api-next' } })
    const routerPending = 'HTTPRoute "shop" at Gateway "public": no controller has answered yet.'
    const found = judgeRouter(route, makeInspection({ routerPending }))
    expect(found.status).toBe('not-yet')
    expect(found.sentence).toContain('describe httproute shop')
    expect(judgeRouter(route, makeInspection({ routerPending, routerFaults: ['It is gone'] })).status).toBe('fails')
  })

  it('fails with every fault and the object to mend', () => {
    const routerFaults = ['There is no subset v2', 'Weights add up to 90 %.']
    const found = judgeRouter(makeService(), makeInspection({ routerFaults }))
    expect(found.status).toBe('fails')
    expect(found.sentence).toContain('There is no subset v2. Weights add up to 90 %. Mend it with')
  })
})
