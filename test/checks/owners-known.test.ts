import { describe, expect, it } from 'vitest'
import { judgeOwners } from '../../src/checks/owners-known.ts'
import { makeService } from '../playbook/fixtures.ts'
import { makeInspection, makeWorkload, type Workload } from './fixtures.ts'

const judge = (over: Partial<Workload>) => judgeOwners(makeService(), makeInspection({ workload: makeWorkload(over) }))

describe('owners-known', () => {
  it('names those who wrote last', () => {
    expect(judge({})).toMatchObject({
      status: 'holds',
      sentence: 'No GitOps controller manages api (last written by kubectl-client-side-apply).',
    })
  })

  it('warns of a GitOps controller that owns fields, and what to do about it', () => {
    const found = judge({ managers: [{ name: 'argocd-controller', owns: 'spec.replicas' }] })
    expect(found.status).toBe('warns')
    expect(found.sentence).toContain('Argo CD manages api (argocd-controller owns spec.replicas) and may revert')
  })

  it('knows one by the mark it leaves', () => {
    const found = judge({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop' } })
    expect(found.status).toBe('warns')
    expect(found.sentence).toContain('Flux manages api (it is marked kustomize.toolkit.fluxcd.io/name)')
  })
})
