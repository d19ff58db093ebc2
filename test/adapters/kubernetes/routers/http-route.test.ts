import { describe, expect, it } from 'vitest'
import { type GatewaySettings, httpRouteRouter } from '../../../../src/adapters/kubernetes/routers/http-route.ts'
import { shopApi } from '../../../contracts/cluster-fixtures.ts'
import { httpRouteObject } from '../../../contracts/router-fixtures.ts'

const settings: GatewaySettings = { kind: 'gateway-api', httpRoute: 'api', stable: 'api', canary: 'api-next' }
const service = shopApi('shop', settings)
const router = httpRouteRouter(service, settings)
const named = httpRouteRouter(service, { ...settings, rule: 'primary' })

const stable = { name: 'api', port: 80 }
const canary = { name: 'api-next', port: 80, weight: 0 }
const rule = (...backendRefs: object[]) => ({ backendRefs })
const routeOf = (...rules: object[]) => ({ spec: { rules } })

describe('the weights of an HTTPRoute', () => {
  it('change, and every other byte stays, in its order', () => {
    const before = httpRouteObject('shop')
    const text = JSON.stringify(before)
    const after = JSON.stringify(named.withShare(before, 25))
    expect(after).toBe(text.replace('"weight":1},{', '"weight":75},{').replace('"weight":0', '"weight":25'))
    expect(JSON.stringify(before)).toBe(text)
    expect(named.withPinned(JSON.parse(after), { weights: [1, 0] })).toEqual(before)
  })

  it('are 1 where none is written', () => {
    expect(router.weights(routeOf(rule(stable, canary)))).toEqual({ stable: 1, canary: 0 })
  })

  it('are found in the only rule with both Services, and in any order', () => {
    const route = routeOf(rule({ name: 'api', port: 80 }), rule(canary, stable))
    expect(router.weights(route)).toEqual({ stable: 1, canary: 0 })
    expect(router.pinned(route)).toEqual({ weights: [0, 1] })
  })

  it('leave something for the old version, whatever others have', () => {
    const third = { name: 'beta', port: 80, weight: 300 }
    const route = routeOf(rule(stable, { ...canary, weight: 5 }, third))
    expect(router.withPinned(route, { weights: [1, 0] })).toEqual(routeOf(rule(stable, canary, third)))
  })

  it('are none of a Service of that name elsewhere, or of another kind', () => {
    for (const other of [{ namespace: 'other' }, { kind: 'Backend' }, { group: 'example.com' }])
      expect(router.weights(routeOf(rule({ ...stable, ...other }, canary)))).toBeNull()
    const core = { group: 'core', kind: 'Service', namespace: 'shop' }
    expect(router.weights(routeOf(rule({ ...stable, ...core }, canary)))).toEqual({ stable: 1, canary: 0 })
  })
})

describe('a fault of an HTTPRoute', () => {
  it.each([
    ['no rule with both', routeOf(rule(stable), rule(canary)), 'no rule with both "api" and "api-next"'],
    ['a missing backend in the only rule', routeOf(rule(stable)), 'has no backend Service "api-next"'],
    ['two rules with both', routeOf(rule(stable, canary), rule(stable, canary)), '2 rules with both'],
    ['a third backend', routeOf(rule(stable, canary, { name: 'x' })), '3 backends'],
  ])('is told: %s', (_name, object, sentence) => {
    expect(router.fault(object)).toContain(sentence)
    expect(() => router.withShare(object, 5)).toThrow(sentence)
  })

  it('is a rule that is not there', () => {
    expect(named.fault(routeOf(rule(stable, canary)))).toBe('HTTPRoute "api" has no rule named "primary".')
  })
})

describe('what a parent says of an HTTPRoute', () => {
  const gateway = { name: 'public' }
  const condition = (type: string, over: object = {}) => ({ type, status: 'True', observedGeneration: 4, ...over })
  const taken = [condition('Accepted'), condition('ResolvedRefs')]
  const pending = (parentRefs: object[], parents: object[]) =>
    router.pending({ metadata: { generation: 4 }, spec: { parentRefs }, status: { parents } })
  const from = (parentRef: object, conditions: object[], controllerName = 'example.com/gw') => ({
    parentRef,
    controllerName,
    conditions,
  })

  it('is heard with the defaults of the API filled in or left out', () => {
    const full = { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'shop', name: 'public' }
    expect(pending([gateway], [from(full, taken)])).toBeUndefined()
    expect(pending([full], [from(gateway, taken)])).toBeUndefined()
    expect(pending([gateway], [from({ ...full, namespace: 'infra' }, taken)])).toContain('no controller has answered')
    expect(pending([gateway], [from({ ...full, sectionName: 'http' }, taken)])).toContain('no controller has answered')
  })

  it('is heard from Linkerd, which writes the core group out and names no generation', () => {
    const mine = { group: '', kind: 'Service', name: 'api', port: 80 }
    const linkerds = { group: 'core', kind: 'Service', namespace: 'shop', name: 'api', port: 80 }
    const conditions = [
      { type: 'Accepted', status: 'True' },
      { type: 'ResolvedRefs', status: 'True' },
    ]
    expect(pending([mine], [from(linkerds, conditions, 'linkerd.io/policy-controller')])).toBeUndefined()
  })

  it.each([
    ['an older generation', [condition('Accepted', { observedGeneration: 3 })], 'generation 4 is not taken yet (3 is)'],
    ['nothing of its backends', [condition('Accepted')], 'ResolvedRefs is not said yet'],
    [
      'a refusal',
      [condition('Accepted', { status: 'False', reason: 'NotAllowed', message: 'no listener' })],
      'Accepted is False (NotAllowed: no listener)',
    ],
  ])('is not enough: %s', (_name, conditions, sentence) => {
    expect(pending([gateway], [from(gateway, conditions)])).toBe(`HTTPRoute "api" at Gateway "public": ${sentence}.`)
  })

  it('is asked of every parent, and of one controller each', () => {
    const other = { name: 'internal' }
    expect(pending([gateway, other], [from(gateway, taken)])).toContain('Gateway "internal"')
    const gone = from(gateway, [condition('Accepted', { observedGeneration: 1 })], 'example.com/gone')
    expect(pending([gateway], [gone, from(gateway, taken)])).toBeUndefined()
  })

  it('is missed where there is no parent', () => {
    expect(pending([], [])).toContain('names no parent')
  })
})
