import { describe, expect, it } from 'vitest'
import { at, type JsonObject, objectAt } from '../../../../src/adapters/kubernetes/json.ts'
import {
  goingBack,
  isPutBack,
  newPodsWanted,
  pinnedRollout,
  withBatch,
  withoutBatches,
  withRollout,
} from '../../../../src/adapters/kubernetes/rolling/rollout-fields.ts'
import type { Pin } from '../../../../src/playbook/deployment.ts'

const OLD: JsonObject = { spec: { containers: [{ name: 'api', image: 'r/api:v1' }] } }
const NEW: JsonObject = { spec: { containers: [{ name: 'api', image: 'r/api:v2' }] } }
const before: JsonObject = {
  metadata: { name: 'api' },
  spec: {
    replicas: 4,
    template: OLD,
    progressDeadlineSeconds: 300,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  },
}
const rollout = pinnedRollout(before, 'old')
const pin: Pin = {
  workload: 'api',
  replicas: 4,
  template: OLD,
  image: 'r/api:v1',
  serviceSelector: { app: 'api' },
  weights: null,
  hpa: null,
  rollout,
}
const strategyOf = (workload: JsonObject) => objectAt(workload, 'spec', 'strategy', 'rollingUpdate')
const batch = (wanted: number, surge = 1) => withBatch(before, NEW, { wanted, surge })

describe('the fields of a workload that is rolled', () => {
  it('lets exactly the pods of the batch be new: surge and unavailable add up to it', () => {
    expect([1, 2, 4].map((wanted) => strategyOf(batch(wanted)))).toEqual([
      { maxSurge: 1, maxUnavailable: 0 },
      { maxSurge: 1, maxUnavailable: 1 },
      { maxSurge: 1, maxUnavailable: 3 },
    ])
    expect(strategyOf(batch(4, 3))).toEqual({ maxSurge: 3, maxUnavailable: 1 })
    expect([1, 2, 4].map((wanted) => newPodsWanted(batch(wanted), pin, 4))).toEqual([1, 2, 4])
  })

  it('has a deadline beyond the time until new pods count, as the API server asks', () => {
    const { minReadySeconds, progressDeadlineSeconds } = objectAt(batch(1), 'spec')
    expect(Number(progressDeadlineSeconds)).toBeGreaterThan(Number(minReadySeconds))
  })

  it('leaves a batch that stands as it is, paused or not, and unpauses for the next one', () => {
    const paused = { ...batch(1), spec: { ...objectAt(batch(1), 'spec'), paused: true } }
    expect(withBatch(paused, NEW, { wanted: 1, surge: 1 })).toBe(paused)
    expect(at(withBatch(paused, NEW, { wanted: 2, surge: 1 }), 'spec', 'paused')).toBeUndefined()
  })

  it('ends as the workload rolled out before, but for the template', () => {
    const done = withoutBatches(batch(4), rollout)
    expect(done).toEqual({ ...before, spec: { ...objectAt(before, 'spec'), template: NEW } })
    expect(newPodsWanted(done, pin, 4)).toBe(4)
  })

  it('goes back with all missing pods at once, and finally to what was there, byte for byte', () => {
    const back = goingBack(batch(2), pin, rollout, 0)
    expect(strategyOf(back)).toEqual({ maxSurge: '100%', maxUnavailable: 0 })
    expect(newPodsWanted(back, pin, 4)).toBe(0)
    expect(goingBack(back, pin, rollout, 0)).toEqual(back)
    expect(withRollout(back, rollout.spec)).toEqual(before)
  })

  it('is over once the fields are as before, and not while all pods may go at once', () => {
    const back = goingBack(batch(2), pin, rollout, '100%')
    expect(isPutBack(back, pin, rollout)).toBe(false)
    expect(isPutBack(withRollout(back, rollout.spec), pin, rollout)).toBe(true)
    const wild = pinnedRollout(back, 'old')
    expect(isPutBack(goingBack(batch(2), pin, wild, '100%'), pin, wild)).toBe(false)
  })

  it('does not touch a workload that never rolled', () => {
    expect(goingBack(before, pin, rollout, 0)).toBe(before)
  })

  it('gives back a pause that was there before', () => {
    const paused = { ...before, spec: { ...objectAt(before, 'spec'), paused: true } }
    const known = pinnedRollout(paused, 'old')
    expect(at(withoutBatches(batch(4), known), 'spec', 'paused')).toBeUndefined()
    expect(withRollout(batch(4), known.spec)).toMatchObject({ spec: { paused: true } })
  })
})
