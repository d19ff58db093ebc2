import { describe, expect, it } from 'vitest'
import { rolloutState } from '../../../src/adapters/kubernetes/rollout-state.ts'

const done = { observedGeneration: 4, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 }
const deployment = (status: object, spec: object = { replicas: 3 }) => ({ metadata: { generation: 4 }, spec, status })

describe('a rollout', () => {
  it('is complete when all pods are new and available and the generation was seen', () => {
    expect(rolloutState(deployment(done))).toEqual({
      wanted: 3,
      ready: 3,
      available: 3,
      updated: 3,
      complete: true,
      stuck: null,
    })
  })

  it('is not complete by the status of an older generation, which tells of the old success', () => {
    expect(rolloutState(deployment({ ...done, observedGeneration: 3 })).complete).toBe(false)
    expect(rolloutState(deployment({})).complete).toBe(false)
  })

  it.each([
    ['an old pod is left', { replicas: 4 }],
    ['a new pod is missing', { updatedReplicas: 2, replicas: 2, availableReplicas: 2 }],
    ['a new pod is not available', { availableReplicas: 2 }],
  ])('is not complete while %s', (_why, status) => {
    expect(rolloutState(deployment({ ...done, ...status })).complete).toBe(false)
  })

  it('wants one pod when spec.replicas is absent, and has none where the status names none', () => {
    expect(rolloutState(deployment({ observedGeneration: 4 }, {}))).toMatchObject({
      wanted: 1,
      ready: 0,
      complete: false,
    })
  })

  it('is complete with no pods when none are wanted', () => {
    expect(rolloutState(deployment({ observedGeneration: 4 }, { replicas: 0 })).complete).toBe(true)
  })

  it('is stuck by its deadline, or when pods cannot be made', () => {
    const late = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' }
    const failing = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' }
    expect(rolloutState(deployment({ ...done, conditions: [late] }))).toMatchObject({
      complete: false,
      stuck: 'timed out',
    })
    expect(rolloutState(deployment({ ...done, conditions: [failing] })).stuck).toBe('exceeded quota')
    const moving = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }
    expect(rolloutState(deployment({ ...done, conditions: [moving] })).stuck).toBeNull()
  })

  it('is not called stuck for what an older generation met', () => {
    const late = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' }
    expect(rolloutState(deployment({ ...done, observedGeneration: 3, conditions: [late] })).stuck).toBeNull()
  })
})
