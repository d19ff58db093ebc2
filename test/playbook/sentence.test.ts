import { describe, expect, it } from 'vitest'
import { asClause, capitalised, counted, fullStop } from '../../src/playbook/sentence.ts'

describe('a sentence', () => {
  it('counts', () => {
    expect([counted(1, 'pod'), counted(0, 'pod'), counted(2, 'query', 'queries')]).toEqual([
      '1 pod',
      '0 pods',
      '2 queries',
    ])
  })
  it('ends once, and begins large', () => {
    expect([fullStop('so '), fullStop('so.'), fullStop('why?')]).toEqual(['so.', 'so.', 'why?'])
    expect(capitalised('all 3 new pods')).toBe('All 3 new pods')
  })
  it('loses its end inside of another one', () => expect(asClause('It is so. ')).toBe('It is so'))
})
