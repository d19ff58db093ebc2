import { describe, expect, it } from 'vitest'
import { withPlaces } from '../../src/config/places.ts'
import { makeService } from '../playbook/fixtures.ts'

const places = (...where: readonly (readonly [context: string | null, namespace: string])[]) =>
  withPlaces(where.map(([context, namespace]) => makeService({ context, namespace }))).map(({ place }) => place)

describe('where services run', () => {
  it('is named only where there is more than one place', () => {
    expect(places(['eu', 'shop'], ['eu', 'shop'])).toEqual([undefined, undefined])
    expect(places([null, 'shop'], [null, 'billing'])).toEqual(['shop', 'billing'])
    expect(places(['eu', 'shop'], ['us', 'shop'], [null, 'shop'])).toEqual(['eu/shop', 'us/shop', 'default/shop'])
  })
})
