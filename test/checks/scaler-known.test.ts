import { describe, expect, it } from 'vitest'
import { judgeScaler } from '../../src/checks/scaler-known.ts'
import { makeService } from '../playbook/fixtures.ts'
import { makeInspection } from './fixtures.ts'

const judge = (minReplicas: number, maxReplicas: number) =>
  judgeScaler(makeService(), makeInspection({ hpa: { name: 'api', minReplicas, maxReplicas } }))

describe('scaler-known', () => {
  it('holds without an autoscaler', () => {
    expect(judgeScaler(makeService(), makeInspection()).sentence).toBe('No HorizontalPodAutoscaler scales api.')
  })

  it('says what happens to its minimum', () => {
    const found = judge(2, 10)
    expect(found.status).toBe('holds')
    expect(found.sentence).toContain('its minimum is held at 3 during the deployment')
    expect(found.sentence).toContain('put back to 2 after')
    expect(judge(3, 10).sentence).toContain('its minimum stays as it is')
  })

  it('warns when it cannot add pods any more', () => {
    expect(judge(2, 3).status).toBe('warns')
  })

  it('does not take one that could not be read for none', () => {
    const unread = [{ part: 'HPA', why: 'may not list horizontalpodautoscalers' }]
    expect(judgeScaler(makeService(), makeInspection({ unread })).status).toBe('unknown')
  })
})
