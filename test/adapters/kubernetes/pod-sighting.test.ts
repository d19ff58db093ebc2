import { describe, expect, it } from 'vitest'
import { podSighting } from '../../../src/adapters/kubernetes/pod-sighting.ts'

const pod = (status: object, metadata: object = {}) => ({
  metadata: { name: 'api-1', creationTimestamp: '2026-11-24T10:00:00Z', ...metadata },
  status,
})
const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-11-24T10:00:05Z' }

describe('a pod', () => {
  it('is ready by its condition, and well', () => {
    const running = { ready: true, restartCount: 2, state: { running: {} }, lastState: { terminated: { exitCode: 1 } } }
    expect(podSighting(pod({ conditions: [ready], containerStatuses: [running] }))).toEqual({
      name: 'api-1',
      ready: true,
      terminating: false,
      restarts: 2,
      trouble: null,
      createdAt: Date.UTC(2026, 10, 24, 10),
      readySince: Date.UTC(2026, 10, 24, 10, 0, 5),
    })
    expect(podSighting(pod({ conditions: [{ ...ready, status: 'False' }] }))).toMatchObject({ readySince: null })
  })

  it.each([
    ['CrashLoopBackOff', { state: { waiting: { reason: 'CrashLoopBackOff' } } }],
    ['ImagePullBackOff', { state: { waiting: { reason: 'ImagePullBackOff' } } }],
    ['OOMKilled', { state: { terminated: { reason: 'OOMKilled', exitCode: 137 } } }],
    ['Error', { state: { terminated: { exitCode: 1 } } }],
    [
      'OOMKilled',
      { ready: false, state: { running: {} }, lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } },
    ],
  ])('is in trouble: %s', (trouble, status) => {
    expect(podSighting(pod({ containerStatuses: [status] })).trouble).toBe(trouble)
  })

  it.each(['ContainerCreating', 'PodInitializing'])('is only young while it waits for %s', (reason) => {
    expect(podSighting(pod({ containerStatuses: [{ state: { waiting: { reason } } }] })).trouble).toBeNull()
  })

  it('counts restarts of all containers, and init containers too', () => {
    const crashing = { restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } }
    const status = { initContainerStatuses: [crashing], containerStatuses: [{ restartCount: 1 }, {}] }
    expect(podSighting(pod(status))).toMatchObject({ restarts: 4, trouble: 'CrashLoopBackOff' })
  })

  it('is well when an init container is done', () => {
    const over = { ready: true, state: { terminated: { reason: 'Completed', exitCode: 0 } } }
    expect(podSighting(pod({ initContainerStatuses: [over] })).trouble).toBeNull()
  })

  it('is neither sick nor to be counted when it is being deleted or was evicted', () => {
    const killed = { state: { terminated: { reason: 'Error', exitCode: 143 } } }
    const deleted = podSighting(pod({ containerStatuses: [killed] }, { deletionTimestamp: '2026-11-24T10:01:00Z' }))
    expect(deleted).toMatchObject({ terminating: true, trouble: null })
    const evicted = podSighting(pod({ phase: 'Failed', reason: 'Evicted', containerStatuses: [killed] }))
    expect(evicted).toMatchObject({ terminating: true, trouble: null })
    expect(podSighting(pod({ phase: 'Failed' }))).toMatchObject({ terminating: false, trouble: 'Error' })
  })
})
