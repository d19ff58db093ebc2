import { describe, expect, it } from 'vitest'
import { judgeDrain } from '../../src/checks/drains-cleanly.ts'
import { makeService } from '../playbook/fixtures.ts'
import { makeInspection, makeWorkload, type Workload } from './fixtures.ts'

const judge = (over: Partial<Workload>) => judgeDrain(makeService(), makeInspection({ workload: makeWorkload(over) }))

describe('drains-cleanly', () => {
  it('holds with a readinessProbe and a preStop hook', () => {
    expect(judge({}).status).toBe('holds')
  })

  it('warns of each that is missing, and why it matters', () => {
    const found = judge({ hasReadinessProbe: false, hasPreStop: false })
    expect(found.status).toBe('warns')
    expect(found.sentence).toContain('api has no readinessProbe: a pod counts as ready')
    expect(found.sentence).toContain('api has no preStop hook: requests may be cut off')
  })

  it('warns of a grace that is over when the hook has slept: requests under way are killed with the pod', () => {
    const found = judge({ preStopSeconds: 30, graceSeconds: 30 })
    expect(found.status).toBe('warns')
    expect(found.sentence).toContain('api sleeps 30 s in preStop and is killed 30 s after it is told to go')
    expect(judge({ preStopSeconds: 29, graceSeconds: 30 }).status).toBe('holds')
    expect(judge({ preStopSeconds: null, graceSeconds: 1 }).status).toBe('holds')
  })
})
