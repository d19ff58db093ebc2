import { describe, expect, it } from 'vitest'
import { writerWords } from '../../src/playbook/known-writers.ts'

const words = (manager: string, operation: 'Apply' | 'Update' = 'Update', subresource: string | null = null) =>
  writerWords({ manager, operation, subresource })

describe('who writes to a cluster', () => {
  it.each([
    [words('argocd-controller', 'Apply'), 'Argo CD'],
    [words('argocd-application-controller'), 'Argo CD'],
    [words('kustomize-controller', 'Apply'), 'Flux'],
    [words('helm-controller'), 'Flux'],
    [words('kube-controller-manager', 'Update', 'scale'), 'the HorizontalPodAutoscaler'],
    [words('keda-operator'), 'KEDA'],
    [words('kubectl-edit'), 'somebody with kubectl edit'],
    [words('kubectl-client-side-apply'), 'somebody with kubectl apply'],
    [words('kubectl', 'Apply'), 'somebody with kubectl apply --server-side'],
    [words('kubectl', 'Update', 'scale'), 'somebody with kubectl scale'],
    [words('helm'), 'Helm'],
    [words('in-house-operator'), '“in-house-operator”'],
  ])('%s', (said, wanted) => {
    expect(said).toBe(wanted)
  })
})
