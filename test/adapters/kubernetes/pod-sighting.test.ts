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

  it.each(['Evicted', 'Preempting', 'NodeShutdown', 'NodeLost', 'OutOfcpu', 'UnexpectedAdmissionError'])(
    'that was put out by its node is no crash, whatever exit code its containers have (%s)',
    (reason) => {
      const killed = { state: { terminated: { reason: 'Error', exitCode: 137 } } }
      const seen = podSighting(pod({ phase: 'Failed', reason, containerStatuses: [killed] }))
      expect(seen).toMatchObject({ terminating: true, trouble: null })
    },
  )

  it.each([
    'PreemptionByScheduler',
    'DeletionByTaintManager',
    'EvictionByEvictionAPI',
    'DeletionByPodGC',
    'TerminationByKubelet',
  ])('that Kubernetes takes away is on its way out (%s)', (reason) => {
    const killed = { state: { terminated: { reason: 'Error', exitCode: 137 } } }
    const conditions = [{ type: 'DisruptionTarget', status: 'True', reason }]
    const seen = podSighting(pod({ phase: 'Failed', conditions, containerStatuses: [killed] }))
    expect(seen).toMatchObject({ terminating: true, trouble: null })
  })

  it('that crashed before it was deleted has crashed; one that ends with an error because of that has not', () => {
    const going = { deletionTimestamp: '2026-11-24T10:05:30Z', deletionGracePeriodSeconds: 30 }
    const ended = (finishedAt: string) => ({ terminated: { reason: 'Error', exitCode: 1, finishedAt } })
    const before = { state: ended('2026-11-24T10:04:59Z') }
    const after = { state: ended('2026-11-24T10:05:02Z') }
    const earlier = { ...after, lastState: ended('2026-11-24T10:01:00Z') }
    const trouble = (status: object) => podSighting(pod({ containerStatuses: [status] }, going)).trouble
    expect([trouble(before), trouble(after), trouble(earlier)]).toEqual(['Error', null, 'Error'])
  })

  it('is no crash where a node was away and does not know how the container ended', () => {
    const terminated = { reason: 'ContainerStatusUnknown', exitCode: 137 }
    const back = { ready: false, restartCount: 1, state: { running: {} }, lastState: { terminated } }
    expect(podSighting(pod({ containerStatuses: [back] }))).toMatchObject({ restarts: 0, trouble: null })
    expect(podSighting(pod({ containerStatuses: [{ ...back, restartCount: 3 }] })).restarts).toBe(2)
  })

  it('whose node went silent is told from one whose readiness gate is not met, and from one that is unready', () => {
    const lost = (reason: string | undefined, containers: string) =>
      podSighting(
        pod({
          conditions: [
            { type: 'Ready', status: 'False', ...(reason && { reason }) },
            { type: 'ContainersReady', status: containers },
          ],
        }),
      ).nodeLost
    expect(lost(undefined, 'True')).toBe(true)
    expect(lost('ReadinessGatesNotReady', 'True')).toBeUndefined()
    expect(lost('ContainersNotReady', 'False')).toBeUndefined()
  })

  it('whose init container fails is in trouble before it ever starts', () => {
    const waiting = { state: { waiting: { reason: 'PodInitializing' } }, restartCount: 0 }
    const failing = {
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { reason: 'Error', exitCode: 1 } },
      restartCount: 2,
    }
    const once = { state: { terminated: { reason: 'Error', exitCode: 1 } }, restartCount: 0 }
    for (const init of [failing, once]) {
      const seen = podSighting(pod({ initContainerStatuses: [init], containerStatuses: [waiting] }))
      expect(seen.trouble).toBe(init === failing ? 'CrashLoopBackOff' : 'Error')
    }
  })
})
