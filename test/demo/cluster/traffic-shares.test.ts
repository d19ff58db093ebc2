import { PatchStrategy } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { deploymentObject } from '../../../src/demo/cluster/seed-deployment.ts'
import type { SeedService } from '../../../src/demo/cluster/seed-world.ts'
import { NAMESPACE as namespace, patchType, type TestCluster, testCluster } from './test-cluster.ts'

const json = patchType(PatchStrategy.JsonPatch)
const SEARCH: SeedService = {
  name: 'search',
  replicas: 4,
  image: 'r/search:v5.1',
  labels: { track: 'stable' },
  mesh: 'host',
}

function addCanary({ cluster, pass }: TestCluster, replicas: number) {
  const labels = { app: 'search', track: 'canary' }
  const canary = deploymentObject({ name: 'search-canary', replicas, image: 'r/search:v5.2' }, labels)
  cluster.create('deployments', namespace, canary)
  pass(30)
}

async function setWeights({ custom }: TestCluster, stable: number, canary: number) {
  const body = [
    { op: 'replace', path: '/spec/http/0/route/0/weight', value: stable },
    { op: 'replace', path: '/spec/http/0/route/1/weight', value: canary },
  ]
  const name = { group: 'networking.istio.io', version: 'v1', namespace, plural: 'virtualservices', name: 'search' }
  await custom.patchNamespacedCustomObject({ ...name, body }, json)
}

describe('the traffic shares of the simulated mesh', () => {
  it('are even over the ready endpoints where no VirtualService routes', async () => {
    const world = await testCluster({ services: [{ name: 'search', replicas: 3, image: 'r/search:v5.1' }] })
    addCanary(world, 1)
    expect(world.cluster.trafficShares(namespace, 'search')).toEqual({ 'v5.1': 0.75, 'v5.2': 0.25 })
  })

  it.each(['host', 'subset'] as const)('follow the weights by %s', async (mesh) => {
    const world = await testCluster({ services: [{ ...SEARCH, mesh }] })
    expect(world.cluster.trafficShares(namespace, 'search')).toEqual({ 'v5.1': 1 })
    addCanary(world, 2)
    await setWeights(world, 75, 25)
    expect(world.cluster.trafficShares(namespace, 'search')).toEqual({ 'v5.1': 0.75, 'v5.2': 0.25 })
  })

  it('follow an HTTPRoute as soon as its Gateway has taken it, not before', async () => {
    const world = await testCluster({ services: [{ ...SEARCH, mesh: 'gateway' }] })
    addCanary(world, 2)
    const name = { group: 'gateway.networking.k8s.io', version: 'v1', namespace, plural: 'httproutes', name: 'search' }
    const body = [{ op: 'replace', path: '/spec/rules/0/backendRefs/1/weight', value: 100 }]
    await world.custom.patchNamespacedCustomObject({ ...name, body }, json)
    expect(world.cluster.trafficShares(namespace, 'search')).toEqual({ 'v5.1': 1 })
    world.pass(1)
    expect(world.cluster.trafficShares(namespace, 'search')).toEqual({ 'v5.1': 0.5, 'v5.2': 0.5 })
  })

  it('follow the weight of a canary Ingress', async () => {
    const world = await testCluster({ services: [{ ...SEARCH, mesh: 'ingress' }] })
    addCanary(world, 2)
    const path = (service: string) => ({
      path: '/',
      pathType: 'Prefix',
      backend: { service: { name: service, port: { number: 80 } } },
    })
    const annotations = {
      'nginx.ingress.kubernetes.io/canary': 'true',
      'nginx.ingress.kubernetes.io/canary-weight': '25',
    }
    world.cluster.create('ingresses', namespace, {
      metadata: { name: 'search-canary', annotations },
      spec: { rules: [{ host: 'search.example.com', http: { paths: [path('search-canary')] } }] },
    })
    expect(world.cluster.trafficShares(namespace, 'search')).toEqual({ 'v5.1': 0.75, 'v5.2': 0.25 })
  })

  it('sum to less than 1 when a route leads to no ready endpoint', async () => {
    const world = await testCluster({ services: [SEARCH] })
    await setWeights(world, 90, 10)
    expect(world.cluster.trafficShares(namespace, 'search')).toEqual({ 'v5.1': 0.9 })
  })

  it('are nothing for a Service that does not exist', async () => {
    const { cluster } = await testCluster()
    expect(cluster.trafficShares(namespace, 'nope')).toEqual({})
  })
})
