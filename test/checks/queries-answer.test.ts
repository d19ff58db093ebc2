import { describe, expect, it } from 'vitest'
import { judgeQueries, queriesAnswer } from '../../src/checks/queries-answer.ts'
import type { QueryFinding } from '../../src/ports/metrics.ts'
import { makeService } from '../playbook/fixtures.ts'
import { makeContext, makePorts } from './fixtures.ts'

const good = (row: string): QueryFinding => ({ row, series: 1, fault: null })
const judge = (...findings: QueryFinding[]) => judgeQueries(makeService(), findings)

describe('queries-answer', () => {
  it('names the rows that answer', () => {
    expect(judge(good('requests'), good('errors'), good('cpu'))).toMatchObject({
      status: 'holds',
      sentence: '3 queries answer with one series each: requests, errors, cpu.',
    })
  })

  it('asks about the version that runs now', async () => {
    const versions: string[] = []
    const metrics = {
      ...makePorts().metrics,
      probe: async (_service: unknown, version: string) => {
        versions.push(version)
        return [good('requests')]
      },
    }
    await queriesAnswer.run(makeContext({ ports: { metrics } }))
    expect(versions).toEqual(['v1.9'])
  })

  it('fails when the store cannot be asked, once for all rows', () => {
    const down = (row: string) => ({ row, series: null, fault: 'Prometheus at prom:9090 refused the connection' })
    const found = judge(down('requests'), down('errors'), down('cpu'))
    expect(found.status).toBe('fails')
    expect(found.sentence).toBe(
      'The metrics store gave no answer, so the new version could not be judged: Prometheus at prom:9090 refused the connection. Bring it back, or correct its address.',
    )
  })

  it('fails without request counts, and says which setting to mend', () => {
    const found = judge({ row: 'requests', series: 0, fault: 'The query of requests: no series.' }, good('errors'))
    expect(found.status).toBe('fails')
    expect(found.sentence).toContain('The query of requests: no series. Put a query')
    expect(found.sentence).toContain('`traffic.requests` in tminus.yml')
  })

  it('fails for a row with several series or a histogram that ends too early, by row', () => {
    const found = judge(
      good('requests'),
      { row: 'cpu', series: 2, fault: null },
      { row: 'latency-p99', series: 1, fault: 'The query of latency-p99: the largest finite bucket is 500 ms.' },
    )
    expect(found.status).toBe('fails')
    expect(found.sentence).toContain('could not be judged by 2 of 3 queries')
    expect(found.sentence).toContain('The query of cpu: 2 series where exactly one was expected.')
    expect(found.sentence).toContain('`thresholds.latency-p99.query` in tminus.yml, or put `query: null` there')
  })

  it('does not take an answer without any rows for a good one', () => {
    expect(judge().status).toBe('fails')
  })
})
