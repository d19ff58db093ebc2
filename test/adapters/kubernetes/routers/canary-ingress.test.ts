import { describe, expect, it } from 'vitest'
import { canaryIngressRouter, type NginxSettings } from '../../../../src/adapters/kubernetes/routers/canary-ingress.ts'
import { shopApi } from '../../../contracts/cluster-fixtures.ts'
import { ingressObject, teamsCanaryIngress } from '../../../contracts/router-fixtures.ts'

const settings: NginxSettings = { kind: 'nginx', ingress: 'api', stable: 'api', canary: 'api-next' }
const router = canaryIngressRouter(shopApi('shop', settings), settings)
const PREFIX = 'nginx.ingress.kubernetes.io/'
const teams = (annotations: Readonly<Record<string, string>> = {}) => teamsCanaryIngress('shop', annotations)

describe('a canary Ingress', () => {
  it('is made with nothing for the canary, and known as ours', () => {
    const made = router.passing?.make(ingressObject('shop')) ?? {}
    expect(router.fault(made)).toBeUndefined()
    expect(router.weights(made)).toEqual({ stable: 100, canary: 0 })
    expect(router.passing?.isOurs(made)).toBe(true)
    expect(router.passing?.isOurs(teams())).toBe(false)
    // Ours is not the way back: it goes.
    expect(router.pinned(made)).toEqual({ weights: null })
    expect(JSON.stringify(made)).not.toContain('admin')
  })

  it('takes the class over in its older form too', () => {
    const source = ingressObject('shop')
    const old = { ...source, metadata: { ...source.metadata, annotations: { 'kubernetes.io/ingress.class': 'nginx' } } }
    expect(router.passing?.make(old)).toMatchObject({
      metadata: { annotations: { 'kubernetes.io/ingress.class': 'nginx', [`${PREFIX}canary`]: 'true' } },
    })
  })

  it('counts on a scale of its own', () => {
    const object = teams({ [`${PREFIX}canary-weight-total`]: '1000' })
    const shared = router.withShare(object, 5)
    expect(shared).toMatchObject({ metadata: { annotations: { [`${PREFIX}canary-weight`]: '50' } } })
    expect(router.weights(shared)).toEqual({ stable: 950, canary: 50 })
  })

  it('of the team comes back byte for byte, with or without a weight', () => {
    for (const object of [teams(), teams({ [`${PREFIX}canary-weight`]: '0' })]) {
      const pin = router.pinned(object)
      if (!pin) throw new Error('a pin')
      expect(JSON.stringify(router.withPinned(router.withShare(object, 50), pin))).toBe(JSON.stringify(object))
    }
  })

  it('that nobody pinned gives nothing to the canary', () => {
    const now = router.withShare(teams(), 50)
    expect(router.weights(router.withPinned(now, { weights: null }))).toEqual({ stable: 100, canary: 0 })
  })

  it.each([
    ['no canary', { [`${PREFIX}canary`]: 'false' }, 'is there and is no canary'],
    ['a scale that percents do not fit', { [`${PREFIX}canary-weight-total`]: '10' }, 'a multiple of 100'],
    ['a weight that is none', { [`${PREFIX}canary-weight`]: 'some' }, 'no number up to 100: "some"'],
  ])('has a fault: %s', (_name, annotations, sentence) => {
    expect(router.fault(teams(annotations))).toContain(sentence)
    expect(() => router.withShare(teams(annotations), 5)).toThrow(sentence)
  })

  it('leads to the canary Service', () => {
    expect(router.fault({ ...teams(), spec: { rules: [] } })).toBe(
      'Ingress "api-canary" has no path to Service "api-next".',
    )
  })

  it('is not made from an Ingress that leads elsewhere, or is a canary itself', () => {
    expect(router.passing?.sourceFault(ingressObject('shop'))).toBeUndefined()
    expect(router.passing?.sourceFault({ spec: {} })).toBe('Ingress "api" has no path to Service "api".')
    expect(router.passing?.sourceFault(teams())).toContain('is itself a canary')
  })
})
