import { describe, expect, it } from 'vitest'
import { judgeOwners } from '../../src/checks/owners-known.ts'
import { makeService } from '../playbook/fixtures.ts'
import { makeInspection, makeWorkload, type Workload } from './fixtures.ts'

const judge = (over: Partial<Workload>) => judgeOwners(makeService(), makeInspection({ workload: makeWorkload(over) }))

describe('owners-known', () => {
  it('names those who wrote last', () => {
    expect(judge({})).toMatchObject({
      status: 'holds',
      sentence:
        'No GitOps controller manages api. Last written by somebody with kubectl apply (the pod template): whoever does that again during the deployment is named, and the deployment holds.',
    })
  })

  it('warns of a GitOps controller that owns fields, and what to do about it', () => {
    const managers = ['spec.replicas and the image', 'the shares in VirtualService "api"'].map((owns) => ({
      name: 'argocd-controller',
      owns,
    }))
    const found = judge({ managers })
    expect(found.status).toBe('warns')
    expect(found.sentence).toContain(
      'Argo CD manages api (argocd-controller owns spec.replicas and the image, the shares in VirtualService "api") and may revert',
    )
  })

  it('knows one by the mark it leaves', () => {
    const found = judge({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop' } })
    expect(found.status).toBe('warns')
    expect(found.sentence).toContain('Flux manages api (it is marked kustomize.toolkit.fluxcd.io/name)')
  })
})
