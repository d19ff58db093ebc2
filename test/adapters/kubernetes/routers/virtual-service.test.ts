import { describe, expect, it } from 'vitest'
import { virtualServiceRouter } from '../../../../src/adapters/kubernetes/routers/virtual-service.ts'
import { shopApi } from '../../../contracts/cluster-fixtures.ts'
import { ISTIO_BY_HOST, ISTIO_BY_SUBSET, virtualServiceObject } from '../../../contracts/router-fixtures.ts'

const service = shopApi('shop', ISTIO_BY_HOST)
if (ISTIO_BY_HOST.kind !== 'istio' || ISTIO_BY_SUBSET.kind !== 'istio') throw new Error('the fixtures are of Istio')
const byName = ISTIO_BY_HOST
const byHost = virtualServiceRouter(service, ISTIO_BY_HOST)
const bySubset = virtualServiceRouter(service, ISTIO_BY_SUBSET)
const route = (destinations: readonly object[], name = 'primary') => ({
  spec: { http: [{ name, route: destinations }] },
})
const stable = { destination: { host: 'api' }, weight: 100 }
const canary = { destination: { host: 'api-next' } }

describe('the weights of a VirtualService', () => {
  it('change, and every other byte stays, in its order', () => {
    const before = virtualServiceObject('shop', 'host')
    const text = JSON.stringify(before)
    const after = JSON.stringify(byHost.withShare(before, 25))
    expect(after).toBe(
      text.replace('"weight":100,"headers"', '"weight":75,"headers"').replace('"weight":0', '"weight":25'),
    )
    expect(JSON.stringify(before)).toBe(text)
  })

  it('are found by host in each of its forms, and in any order', () => {
    for (const host of ['api', 'api.shop', 'api.shop.svc', 'api.shop.svc.cluster.local']) {
      const object = route([canary, { destination: { host }, weight: 100 }])
      expect(byHost.weights(object)).toEqual({ stable: 100, canary: 0 })
      expect(byHost.pinned(object)).toEqual({ weights: [0, 100] })
    }
    expect(byHost.weights(route([canary, { destination: { host: 'api.other' } }]))).toBeNull()
  })

  it('are found by subset', () => {
    expect(bySubset.weights(virtualServiceObject('shop', 'subset'))).toEqual({ stable: 100, canary: 0 })
  })

  it('come back as pinned, whatever they are now', () => {
    const now = byHost.withShare(virtualServiceObject('shop', 'host'), 60)
    expect(byHost.withPinned(now, { weights: [100, 0] })).toEqual(virtualServiceObject('shop', 'host'))
  })

  it('are all given to the old version when the pin does not fit the route any more', () => {
    const third = { destination: { host: 'beta' }, weight: 10 }
    const now = route([{ ...stable, weight: 45 }, { ...canary, weight: 45 }, third])
    for (const pinned of [[100, 0], null]) {
      expect(byHost.withPinned(now, { weights: pinned })).toEqual(
        route([{ ...stable, weight: 90 }, { ...canary, weight: 0 }, third]),
      )
    }
  })
})

describe('a fault of a route', () => {
  it.each([
    ['no http route', { spec: {} }, 'has no http route named "primary"'],
    ['another name', route([stable, canary], 'other'), 'has no http route named "primary"'],
    ['a missing destination', route([stable]), 'no destination with host "api-next"'],
    ['both missing', route([]), '"api" and "api-next"'],
    ['a third destination', route([stable, canary, { destination: { host: 'x' } }]), '3 destinations'],
  ])('is told: %s', (_name, object, sentence) => {
    expect(byHost.fault(object)).toContain(sentence)
    expect(() => byHost.withShare(object, 5)).toThrow(sentence)
  })

  it('is an unnamed route among several', () => {
    const { route: _, ...settings } = byName
    const unnamed = virtualServiceRouter(service, settings)
    const object = virtualServiceObject('shop', 'host')
    expect(unnamed.fault(object)).toContain('2 http routes; name the one to use')
    expect(unnamed.fault(route([stable, canary]))).toBeUndefined()
  })
})
