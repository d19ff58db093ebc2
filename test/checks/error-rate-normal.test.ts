import { describe, expect, it } from 'vitest'
import { judgeErrorRate } from '../../src/checks/error-rate-normal.ts'
import { MINUTE } from '../../src/playbook/durations.ts'
import type { Sample } from '../../src/playbook/metrics.ts'
import { makeSample, newDeployment, noData, T0 } from '../playbook/fixtures.ts'

const window = { percent: 100, since: T0, samples: [], noData: 0, askedAt: T0 }
const judge = (lastSample: Sample | null) => judgeErrorRate({ ...newDeployment(), window, lastSample })

describe('error-rate-normal', () => {
  it('tells the rate, what it was measured over, and the limit', () => {
    expect(judge(makeSample(T0 + MINUTE, { errors: 2 }))).toMatchObject({
      status: 'holds',
      sentence: 'Error rate 0.2 % over 1000 requests, below warning 0.5 %.',
    })
  })

  it('fails above critical, and waits above warning', () => {
    expect(judge(makeSample(T0 + MINUTE, { errors: 20 })).status).toBe('fails')
    expect(judge(makeSample(T0 + MINUTE, { errors: 7 })).status).toBe('not-yet')
  })

  it('waits for a sample of the present share', () => {
    expect(judge(null).status).toBe('not-yet')
    expect(judge(makeSample(T0 - MINUTE))).toMatchObject({
      status: 'not-yet',
      sentence: 'No sample of v2.0 was taken at 100 % yet. The next one clears it.',
    })
  })

  it('waits for data, and does not block for want of traffic', () => {
    expect(judge(noData(T0 + MINUTE)).status).toBe('not-yet')
    expect(judge({ ...noData(T0 + MINUTE), unreachable: 'Prometheus is down' }).status).toBe('not-yet')
    expect(judge(makeSample(T0 + MINUTE, { requests: 10 })).status).toBe('unknown')
  })
})
