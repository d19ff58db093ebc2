import { describe, expect, it } from 'vitest'
import { judgePodsNow } from '../../src/checks/pods-healthy.ts'
import type { PodSighting } from '../../src/playbook/pods.ts'
import { makePod, makeService } from '../playbook/fixtures.ts'
import { makeInspection, makeWorkload } from './fixtures.ts'

const judge = (pods: readonly PodSighting[]) =>
  judgePodsNow(makeService(), makeInspection({ workload: makeWorkload({ pods }) }))

describe('pods-healthy', () => {
  it('counts restarts without objecting to them', () => {
    expect(judge([makePod('a'), makePod('b', { restarts: 2 })])).toMatchObject({
      status: 'holds',
      sentence: '2 of 2 pods of api ready, 2 restarts since they were born.',
    })
  })

  it('fails for a pod in trouble, by name, with the command that tells more', () => {
    const { status, sentence } = judge([
      makePod('a'),
      makePod('b', { ready: false, trouble: 'OOMKilled', restarts: 4 }),
    ])
    expect(status).toBe('fails')
    expect(sentence).toContain('1 of 2 pods of api is in trouble: b OOMKilled after 4 restarts.')
    expect(sentence).toContain('`kubectl -n production describe pod b`')
  })

  it('waits for a pod that is not ready', () => {
    const { status, sentence } = judge([makePod('a'), makePod('b'), makePod('c', { ready: false })])
    expect(status).toBe('not-yet')
    expect(sentence).toContain('2 of 3 pods of api ready, not ready: c.')
  })

  it('looks away from pods that are being deleted', () => {
    expect(judge([makePod('a'), makePod('b', { ready: false, terminating: true })]).status).toBe('holds')
  })

  it('does not call a workload without pods healthy', () => {
    expect(judge([]).status).toBe('not-yet')
  })
})
