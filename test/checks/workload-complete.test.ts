import { describe, expect, it } from 'vitest'
import { judgeWorkload } from '../../src/checks/workload-complete.ts'
import { makeService } from '../playbook/fixtures.ts'
import { makeInspection, makeWorkload, type Workload } from './fixtures.ts'

const judge = (over: Partial<Workload>) =>
  judgeWorkload(makeService(), 'v2.0', makeInspection({ workload: makeWorkload(over) }))

describe('workload-complete', () => {
  it('finds out what runs now', () => {
    expect(judge({})).toEqual({
      status: 'holds',
      sentence: 'api runs v1.9, 3 pods, rollout complete.',
      facts: { fromVersion: 'v1.9', fromPods: 3 },
    })
  })

  it('says where to look when there is no such Deployment', () => {
    const { status, sentence } = judgeWorkload(makeService(), 'v2.0', makeInspection({ workload: null }))
    expect(status).toBe('fails')
    expect(sentence).toContain('Deployment production/api does not exist')
    expect(sentence).toContain('`kubectl -n production get deployments`')
  })

  it('waits for a rollout that is under way, and fails for one that is stuck', () => {
    expect(judge({ complete: false })).toMatchObject({ status: 'not-yet' })
    const stuck = judge({ complete: false, stuck: 'ReplicaSet "api-5d9" has timed out progressing' })
    expect(stuck.status).toBe('fails')
    expect(stuck.sentence).toContain('has timed out progressing. Mend it or undo it with')
  })

  it('has nothing to do when the version runs already, with or without a digest', () => {
    for (const image of ['registry.local/api:v2.0', `registry.local/api:v2.0@sha256:${'ab'.repeat(32)}`]) {
      expect(judge({ image })).toMatchObject({ status: 'fails' })
      expect(judge({ image }).sentence).toContain('api runs v2.0 already')
    }
  })

  it('wants an old version in traffic', () => {
    expect(judge({ replicas: 0, pods: [] })).toMatchObject({ status: 'fails' })
  })

  it('asks for the container where it cannot be told', () => {
    const { status, sentence } = judge({ image: '', containers: ['web', 'proxy'] })
    expect(status).toBe('fails')
    expect(sentence).toContain('it has web, proxy. Name it as `container`')
  })

  it('warns when the image comes from another repository than the catalogue says', () => {
    const found = judge({ image: 'registry.local:5000/shop/web:v1.9' })
    expect(found).toMatchObject({ status: 'warns', facts: { fromVersion: 'v1.9', fromPods: 3 } })
    expect(judge({ image: 'registry.local/api' }).status).toBe('holds')
  })
})
