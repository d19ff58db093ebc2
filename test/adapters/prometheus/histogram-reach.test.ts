import { describe, expect, it } from 'vitest'
import { bucketsQuery, highestFiniteBound, reachQuery } from '../../../src/adapters/prometheus/histogram-reach.ts'

describe('the reach of a latency query', () => {
  it('is found through the selector of its buckets, braces in label values included', () => {
    const query =
      '1000 * histogram_quantile(0.95, sum by (le) (rate(x_seconds_bucket{path=~"/a{2}\\"}", pod="p"}[60s])))'
    expect(bucketsQuery(query)).toBe('count by (le) (x_seconds_bucket{path=~"/a{2}\\"}", pod="p"})')
  })

  it('is not asked for where there is no classic histogram', () => {
    expect(bucketsQuery('max(latency_seconds{quantile="0.95"}) * 1000')).toBeNull()
    expect(bucketsQuery('histogram_quantile(0.95, sum(rate(native_seconds{a="b"}[60s])))')).toBeNull()
  })

  it('is the largest finite bound in place of the quantile, in the unit of the query', () => {
    const query = '1000 * histogram_quantile(0.95, sum by (le) (rate(x_bucket{a=")"}[60s]))) + 0'
    expect(reachQuery(query, 2.5)).toBe('1000 * vector(2.5) + 0')
    expect(reachQuery('histogram_quantile(0.95, (x)', 1)).toBeNull()
  })

  it('does not count the bucket without bound', () => {
    const series = ['0.1', '2.5', '0.5', '+Inf'].map((le) => ({ labels: { le }, value: '1' }))
    expect(highestFiniteBound({ series })).toBe(2.5)
    expect(highestFiniteBound({ series: [{ labels: { le: '+Inf' }, value: '1' }] })).toBeNull()
    expect(highestFiniteBound({ refused: 'no' })).toBeNull()
  })
})
