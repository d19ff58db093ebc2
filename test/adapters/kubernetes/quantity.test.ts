import { describe, expect, it } from 'vitest'
import { parseQuantity } from '../../../src/adapters/kubernetes/quantity.ts'

describe('quantities', () => {
  it.each([
    ['0', 0],
    ['100m', 0.1],
    ['2', 2],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['1e3', 1000],
    ['1E3', 1000],
    ['1e-3', 0.001],
    ['1E', 1e18],
    ['128Mi', 128 * 2 ** 20],
    ['1Ki', 1024],
    ['1k', 1000],
    ['16Gi', 16 * 2 ** 30],
    ['250000000n', 0.25],
    ['1500u', 0.0015],
    ['+3', 3],
    ['-1Gi', -(2 ** 30)],
  ])('%s is %d', (text, value) => {
    expect(parseQuantity(text)).toBeCloseTo(value, 9)
  })

  it('takes numbers of JSON as they are', () => {
    expect(parseQuantity(4)).toBe(4)
  })

  it.each(['', 'm', '1 Gi', '1e', '1Kib', '0x10', 'NaN', 'Infinity', '1e3Mi', '١'])('%j is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined()
  })

  it.each([undefined, null, {}, [], true, Number.NaN])('%j is none', (value) => {
    expect(parseQuantity(value)).toBeUndefined()
  })
})
