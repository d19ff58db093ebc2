import { describe, expect, it } from 'vitest'
import { parseSelectors } from '../../src/config/series-selector.ts'

describe('series of a counter', () => {
  it('are a name, with matchers or without', () => {
    expect(parseSelectors('requests_total')).toEqual([{ name: 'requests_total', matchers: [] }])
    expect(parseSelectors('requests_total{}')).toEqual([{ name: 'requests_total', matchers: [] }])
    expect(parseSelectors('a:b{code=~"5..", path!="/health",}')).toEqual([
      {
        name: 'a:b',
        matchers: [
          { label: 'code', op: '=~', value: '5..' },
          { label: 'path', op: '!=', value: '/health' },
        ],
      },
    ])
  })

  it('may hold any character in a value', () => {
    expect(parseSelectors('a{b="}, \\" or {\\\\"}')).toEqual([
      { name: 'a', matchers: [{ label: 'b', op: '=', value: '}, " or {\\' }] },
    ])
  })

  it('are joined by or', () => {
    expect(parseSelectors('a{x="1"} or b or\n c{y!~"2"}')?.map((row) => row.name)).toEqual(['a', 'b', 'c'])
  })

  it.each([
    '',
    '{code="5"}',
    'a{code}',
    'a{code="5"',
    'a{code=5}',
    "a{code='5'}",
    'a{code=~"5(("}',
    'a{code="5" path="x"}',
    'a b',
    'a or',
    'a and b',
    'sum(a)',
    'a[1m]',
    'a{code="\\d"}',
  ])('are not %j', (text) => {
    expect(parseSelectors(text)).toBeUndefined()
  })
})
