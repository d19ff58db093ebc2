import { describe, expect, it } from 'vitest'
import { ownersAround, ownersOf } from '../../../../src/adapters/kubernetes/inspect/owners.ts'
import { podRequest } from '../../../../src/adapters/kubernetes/inspect/pod-requests.ts'
import { weightedRouterOf } from '../../../../src/adapters/kubernetes/routers/router-of.ts'
import { shopApi } from '../../../contracts/cluster-fixtures.ts'
import { ISTIO_BY_HOST } from '../../../contracts/router-fixtures.ts'

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
    expect(ownersOf({ metadata: { managedFields } }, 'api')).toEqual([
      { name: 'kubectl-client-side-apply', owns: 'spec.replicas and the image and the pod template' },
      { name: 'keda', owns: 'spec.replicas' },
    ])
  })

  it('are GitOps tools by the marks they leave', () => {
    const metadata = {
      labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop' },
      annotations: { 'argocd.argoproj.io/tracking-id': 'shop-app:apps/Deployment:shop/api' },
    }
    expect(ownersOf({ metadata }, 'api').map((owner) => owner.name)).toEqual([
      'Argo CD application shop-app',
      'Flux Kustomization shop',
    ])
  })
})

describe('owners around the workload', () => {
  it('are those of the selector, the shares and the HPA minimum, and no others', () => {
    const service = shopApi('shop', ISTIO_BY_HOST)
    const of = (manager: string, fieldsV1: object) => ({
      metadata: { name: 'api', managedFields: [{ manager, fieldsV1 }] },
    })
    const found = ownersAround(service, {
      front: of('kubectl-edit', { 'f:spec': { 'f:selector': {}, 'f:ports': {} } }),
      router: weightedRouterOf(service),
      route: of('argocd-controller', { 'f:spec': { 'f:http': {} } }),
      hpa: of('helm', { 'f:spec': { 'f:maxReplicas': {} } }),
    })
    expect(found).toEqual([
      { name: 'kubectl-edit', owns: 'the selector of Service "api"' },
      { name: 'argocd-controller', owns: 'the shares in VirtualService "api"' },
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
