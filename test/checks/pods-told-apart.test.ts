import { describe, expect, it } from 'vitest'
import { judgeQueriesApart } from '../../src/checks/pods-told-apart.ts'
import { ISTIO_THRESHOLDS, ISTIO_TRAFFIC } from '../../src/playbook/thresholds.ts'
import { makeService } from '../playbook/fixtures.ts'

describe('pods-told-apart', () => {
  it('holds for the default queries', () => {
    expect(judgeQueriesApart(makeService())).toMatchObject({ status: 'holds' })
  })

  it('fails where a mesh counts by the Deployment, and names the queries', () => {
    const found = judgeQueriesApart(makeService({ traffic: ISTIO_TRAFFIC, thresholds: ISTIO_THRESHOLDS }))
    expect(found.status).toBe('fails')
    for (const name of ['traffic.requests', 'traffic.errors', 'thresholds.latency-p95.query'])
      expect(found.sentence).toContain(name)
    expect(found.sentence).not.toContain('thresholds.cpu')
  })

  it('takes a query by version, and passes over rows that nobody watches', () => {
    const requests = 'sum(increase(http_requests_total{version="$version"}[$window]))'
    const service = makeService({ traffic: { requests, errors: requests }, thresholds: [] })
    expect(judgeQueriesApart(service).status).toBe('holds')
  })
})
