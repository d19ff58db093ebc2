import { describe, expect, it } from 'vitest'
import { judgePromoted } from '../../src/checks/workload-runs-version.ts'
import { newDeployment, PIN } from '../playbook/fixtures.ts'
import { makeInspection, makeWorkload, type Workload } from './fixtures.ts'

const deployment = { ...newDeployment(), pin: PIN, digest: 'sha256:ab' }
const image = 'registry.local/api:v2.0@sha256:ab'
const judge = (over: Partial<Workload>) =>
  judgePromoted(deployment, makeInspection({ workload: makeWorkload({ image, ...over }) }))

describe('workload-runs-version', () => {
  it('holds when the workload runs the new version at its size', () => {
    expect(judge({})).toEqual({ status: 'holds', sentence: 'api runs v2.0, 3 pods, rollout complete.' })
  })

  it('fails when somebody put another image back, and names who writes to it', () => {
    const managers = [
      { name: 'tminus', owns: 'the pod template' },
      { name: 'argocd-controller', owns: 'the pod template' },
    ]
    const found = judge({ image: 'registry.local/api:v1.9', managers })
    expect(found.status).toBe('fails')
    expect(found.sentence).toContain('api runs v1.9')
    expect(found.sentence).toContain('Others who write to it: argocd-controller.')
    expect(judge({ image: 'registry.local/api:v2.0' }).status).toBe('fails')
  })

  it('waits for the rollout, and fails when it is stuck or gone', () => {
    expect(judge({ complete: false }).status).toBe('not-yet')
    expect(judge({ complete: false, stuck: 'exceeded quota' }).status).toBe('fails')
    expect(judgePromoted(deployment, makeInspection({ workload: null })).status).toBe('fails')
  })

  it('warns of a size that nobody but a person can have changed', () => {
    expect(judge({ replicas: 5 }).status).toBe('warns')
    const hpa = { name: 'api', minReplicas: 2, maxReplicas: 10 }
    const scaled = makeInspection({ hpa, workload: makeWorkload({ image, replicas: 5 }) })
    expect(judgePromoted(deployment, scaled).status).toBe('holds')
  })
})
