import { describe, expect, it } from 'vitest'
import { ownersOf } from '../../../../src/adapters/kubernetes/inspect/owners.ts'
import { podRequest } from '../../../../src/adapters/kubernetes/inspect/pod-requests.ts'

const entry = (manager: string, spec: object, more: object = {}) => ({ manager, fieldsV1: { 'f:spec': spec }, ...more })

describe('owners', () => {
  it('are the managers of replicas or the template, without ourselves and the controllers of Kubernetes', () => {
    const managedFields = [
      entry('kubectl-client-side-apply', { 'f:replicas': {}, 'f:template': {} }),
      entry('keda', { 'f:replicas': {} }, { subresource: 'scale' }),
      entry('tminus', { 'f:template': {} }),
      entry('kube-controller-manager', { 'f:replicas': {} }),
      entry('other', { 'f:paused': {} }),
      { manager: 'labels-only', fieldsV1: { 'f:metadata': {} } },
    ]
    expect(ownersOf({ metadata: { managedFields } })).toEqual([
      { name: 'kubectl-client-side-apply', owns: 'spec.replicas and the pod template' },
      { name: 'keda', owns: 'spec.replicas' },
    ])
  })

  it('are GitOps tools by the marks they leave', () => {
    const metadata = {
      labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop' },
      annotations: { 'argocd.argoproj.io/tracking-id': 'shop-app:apps/Deployment:shop/api' },
    }
    expect(ownersOf({ metadata }).map((owner) => owner.name)).toEqual([
      'Argo CD application shop-app',
      'Flux Kustomization shop',
    ])
  })
})

describe('the request of a pod', () => {
  it('sums containers and sidecars, and is not known where one names none', () => {
    const asks = (cpu: string) => ({ resources: { requests: { cpu } } })
    const spec = {
      containers: [asks('100m'), { resources: { limits: { cpu: '1' } } }],
      initContainers: [{ ...asks('200m'), restartPolicy: 'Always' }, asks('4')],
    }
    expect(podRequest(spec, 'cpu')).toBeCloseTo(1.3)
    expect(podRequest({ containers: [asks('100m'), {}] }, 'cpu')).toBeNull()
    expect(podRequest(spec, 'memory')).toBeNull()
  })
})
