import { describe, expect, it } from 'vitest'
import { METRIC_NAMES, type MetricName } from '../../src/playbook/metrics.ts'
import { DEFAULT_THRESHOLDS, DEFAULT_TRAFFIC, ISTIO_THRESHOLDS, ISTIO_TRAFFIC } from '../../src/playbook/thresholds.ts'

const rows = new Map(DEFAULT_THRESHOLDS.map((row) => [row.metric, row]))

describe('the default thresholds', () => {
  it('are the nine rows of the playbook, in its order', () => {
    expect(DEFAULT_THRESHOLDS.map(({ metric }) => metric)).toEqual(METRIC_NAMES)
  })

  it.each<[MetricName, number, number, number]>([
    ['error-rate', 0.001, 0.005, 0.01],
    ['latency-p95', 200, 300, 500],
    ['latency-p99', 500, 750, 1000],
    ['cpu', 0.5, 0.6, 0.8],
    ['memory', 0.6, 0.7, 0.85],
    ['disk', 0.7, 0.8, 0.9],
    ['cache-hit-rate', 0.9, 0.85, 0.75],
    ['db-pool', 0.8, 0.85, 0.95],
    ['queue-depth', 100, 500, 1000],
  ])('give %s the target, warning and critical of the table', (metric, target, warning, critical) => {
    expect(rows.get(metric)).toMatchObject({ target, warning, critical })
  })

  it('carry the targets of phase 6', () => {
    const targets = DEFAULT_THRESHOLDS.flatMap(({ metric, validation }) =>
      validation === undefined ? [] : [[metric, validation]],
    )
    expect(Object.fromEntries(targets)).toEqual({
      'error-rate': 0.001,
      'latency-p95': 200,
      cpu: 0.6,
      memory: 0.7,
      'cache-hit-rate': 0.9,
      'db-pool': 0.8,
    })
  })

  it('carry the targets of the report', () => {
    const targets = DEFAULT_THRESHOLDS.flatMap(({ metric, report }) => (report === undefined ? [] : [[metric, report]]))
    expect(Object.fromEntries(targets)).toEqual({ 'error-rate': 0.001, 'latency-p95': 200, cpu: 0.8, memory: 0.85 })
  })

  it('worsen from target to critical in the direction that each row calls bad', () => {
    for (const { good, target, warning, critical } of DEFAULT_THRESHOLDS) {
      const sorted = [target, warning, critical].sort((a, b) => (good === 'low' ? a - b : b - a))
      expect(sorted).toEqual([target, warning, critical])
    }
  })

  it('judge the error rate behind the traffic floor, latencies behind some requests, the rest always', () => {
    expect(DEFAULT_THRESHOLDS.map(({ needsRequests }) => needsRequests)).toEqual([
      'floor',
      'some',
      'some',
      ...Array(6).fill('none'),
    ])
  })

  it('ask for latency, CPU and memory, and leave the rows alone that every application names differently', () => {
    const asked = DEFAULT_THRESHOLDS.filter(({ query }) => query !== null).map(({ metric }) => metric)
    expect(asked).toEqual(['latency-p95', 'latency-p99', 'cpu', 'memory'])
  })
})

describe('the default counts', () => {
  it('default the errors to 0 and leave the requests bare, so that a missing denominator stays missing', () => {
    for (const { requests, errors } of [DEFAULT_TRAFFIC, ISTIO_TRAFFIC]) {
      expect(errors).toMatch(/^sum\(.*\) or vector\(0\)$/)
      expect(requests).not.toContain('vector(0)')
    }
  })

  it('never use irate, which looks at two samples only', () => {
    const queries = [...DEFAULT_THRESHOLDS, ...ISTIO_THRESHOLDS].map(({ query }) => query ?? '')
    expect([...queries, ...Object.values(DEFAULT_TRAFFIC)].filter((query) => query.includes('irate'))).toEqual([])
  })

  it('see a mesh from the side of the caller', () => {
    const mesh = [...Object.values(ISTIO_TRAFFIC), ...ISTIO_THRESHOLDS.map(({ query }) => query ?? '')]
    const ofMesh = mesh.filter((query) => query.includes('istio_'))
    expect(ofMesh).toHaveLength(4)
    for (const query of ofMesh) expect(query).toContain('reporter="source"')
  })
})
