/** The contract of the Cluster port: what others change of what is ours is seen and named, and what we write is not. */
import { expect, it } from 'vitest'
import { at, type JsonObject, listAt, objectAt, textAt, withAt } from '../../src/adapters/kubernetes/json.ts'
import { WEIGHT } from '../../src/adapters/kubernetes/routers/canary-ingress.ts'
import { autoscalers, deployments, services } from '../../src/adapters/kubernetes/target.ts'
import type { Pin } from '../../src/playbook/deployment.ts'
import type { Owned } from '../../src/playbook/ownership.ts'
import type { RouterSettings } from '../../src/playbook/service.ts'
import type { Bench } from './cluster-bench.ts'
import { deployCanary, type Open, signal } from './cluster-contract-steps.ts'
import { autoscalerObject, NEW_IMAGE, OLD_IMAGE, writer } from './cluster-fixtures.ts'
import { GATEWAY_API, httpRoutes, ISTIO_BY_HOST, ingresses, istioTarget, NGINX } from './router-fixtures.ts'

function ownedWith(pin: Pin, over: Partial<Owned> = {}): Owned {
  return {
    pin,
    image: NEW_IMAGE,
    version: 'v2.0',
    traffic: ['pinned'],
    workload: ['pinned'],
    replicas: pin.hpa ? null : 3,
    canary: { replicas: [1], mayBeGone: false },
    previous: null,
    hpaMinimum: pin.hpa ? ['raised'] : [],
    ...over,
  }
}

async function withCanary(bench: Bench): Promise<Pin> {
  const pin = await bench.cluster.pin(bench.service, writer(1))
  await deployCanary(bench, 1, 2)
  return pin
}

/** What is seen from copies, and what is told when it is asked anew. */
async function seen({ cluster, service }: Bench, owned: Owned) {
  const { differs } = await cluster.look(service, signal, owned)
  return { differs, foreign: await cluster.foreign(service, owned, signal) }
}

/** The route as it stands, with its shares set by somebody else's server-side apply. */
const ROUTES: readonly {
  readonly name: string
  readonly router: RouterSettings
  readonly meddle: (bench: Bench) => Promise<void>
}[] = [
  {
    name: 'istio',
    router: ISTIO_BY_HOST,
    meddle: async ({ admin, namespace }) => {
      const target = istioTarget('virtualservices', namespace)
      const { spec } = (await admin.get(target)) ?? {}
      const http = listAt(spec, 'http').map((route) => withWeights(route, 'route', [100, 0], 'primary'))
      const body = { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'api' } }
      await admin.writeAs('argocd-controller', 'apply', target, { ...body, spec: { ...objectAt(spec), http } })
    },
  },
  {
    name: 'gateway-api',
    router: GATEWAY_API,
    meddle: async ({ admin, namespace }) => {
      const target = httpRoutes(namespace)
      const { spec } = (await admin.get(target)) ?? {}
      const rules = listAt(spec, 'rules').map((rule) => withWeights(rule, 'backendRefs', [1, 0], 'primary'))
      const body = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'api' } }
      await admin.writeAs('argocd-controller', 'apply', target, { ...body, spec: { ...objectAt(spec), rules } })
    },
  },
  {
    name: 'nginx',
    router: NGINX,
    meddle: ({ admin, namespace }) =>
      admin.writeAs('argocd-controller', 'apply', ingresses(namespace, 'api-canary'), {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'api-canary', annotations: { [WEIGHT]: '0' } },
      }),
  },
]

function withWeights(row: unknown, list: string, weights: readonly number[], name: string): unknown {
  if (textAt(row, 'name') !== name) return row
  return withAt(
    objectAt({ row }, 'row'),
    [list],
    listAt(row, list).map((item, index) => ({ ...objectAt({ item }, 'item'), weight: weights[index] })),
  )
}

export function describeOwnership(open: Open): void {
  for (const { name, router, meddle } of ROUTES) {
    it(`sees that somebody took the share back, who, and writes it again when told to (${name})`, async () => {
      const bench = await open({ router, ...(name === 'gateway-api' && { shares: 'unknown' as const }) })
      const { cluster, service } = bench
      const pin = await withCanary(bench)
      const before = ownedWith(pin)
      expect(await seen(bench, before)).toEqual({ differs: [], foreign: [] })
      await cluster.route(service, 25, writer(3))
      const owned = ownedWith(pin, { traffic: [25] })
      expect(await seen(bench, owned)).toEqual({ differs: [], foreign: [] })
      // A record that has not heard of the write yet does not accuse the worker that made it.
      expect(await seen(bench, before)).toEqual({ differs: ['shares'], foreign: [] })

      await meddle(bench)
      const { foreign, differs } = await seen(bench, owned)
      expect(differs).toEqual(['shares'])
      expect(foreign).toMatchObject([
        {
          field: 'shares',
          wanted: '25 %',
          found: '0 %',
          by: { manager: 'argocd-controller', operation: 'Apply', subresource: null, at: expect.any(Number) },
        },
      ])
      await cluster.reclaim(service, owned, ['shares'], writer(4))
      expect(await seen(bench, owned)).toEqual({ differs: [], foreign: [] })
    })
  }

  it('sees a hand on the old version: its image, its template, its size', async () => {
    const bench = await open()
    const { cluster, service, admin, namespace } = bench
    const target = deployments(namespace, 'api')
    const pin = await withCanary(bench)
    const owned = ownedWith(pin, { traffic: [25, 'pinned'] })
    const before = objectAt(await admin.get(target), 'spec')
    const containers = listAt(before, 'template', 'spec', 'containers')
    const hotfix = containers.map((row) =>
      textAt(row, 'name') === 'api'
        ? { ...objectAt({ row }, 'row'), image: 'registry.example.com/shop/api:hotfix', env: [] }
        : row,
    )
    const edited: JsonObject = { spec: { replicas: 5, template: { spec: { containers: hotfix } } } }
    await admin.writeAs('kubectl-edit', 'patch', target, edited)
    const { foreign } = await seen(bench, owned)
    const by = { manager: 'kubectl-edit', operation: 'Update', subresource: null, at: expect.any(Number) }
    expect(foreign).toEqual([
      {
        field: 'image',
        what: 'the image of Deployment "api"',
        wanted: OLD_IMAGE,
        found: 'registry.example.com/shop/api:hotfix',
        by,
      },
      {
        field: 'template',
        what: 'the pod template of Deployment "api"',
        wanted: 'as before the deployment',
        found: 'different in spec.containers.api.env',
        by: expect.objectContaining({ manager: expect.any(String) }),
      },
      { field: 'replicas', what: 'the number of pods of Deployment "api"', wanted: '3', found: '5', by },
    ])
    const fields = foreign.map((change) => change.field)
    await cluster.reclaim(service, owned, fields, writer(4))
    expect(objectAt(await admin.get(target), 'spec')).toEqual(before)
    expect((await seen(bench, owned)).foreign).toEqual([])
  })

  it('names an HPA that scales what it did not scale before, and lets one that was there do its work', async () => {
    const bench = await open()
    const { admin, namespace } = bench
    const pin = await withCanary(bench)
    const scaler = autoscalerObject(namespace)
    await admin.create(autoscalers(namespace), { ...scaler, spec: { ...scaler.spec, minReplicas: 4 } })
    const { foreign } = await bench.until(
      () => seen(bench, ownedWith(pin)),
      (found) => found.foreign.length > 0,
    )
    expect(foreign).toMatchObject([
      { field: 'replicas', wanted: '3', found: '4', by: { manager: 'kube-controller-manager', subresource: 'scale' } },
    ])
    const known = { ...pin, hpa: { name: 'api', minReplicas: 4 } }
    expect((await seen(bench, ownedWith(known))).foreign).toEqual([])
  })

  it('sees that the extra Deployment was scaled, given another image, or deleted', async () => {
    const bench = await open({ router: ISTIO_BY_HOST })
    const { cluster, service, admin, namespace } = bench
    const target = deployments(namespace, 'api-canary')
    const owned = ownedWith(await withCanary(bench))
    const scale = { ...target, subresource: 'scale' }
    await admin.writeAs('kubectl', 'patch', scale, { spec: { replicas: 2 } })
    expect((await seen(bench, owned)).foreign).toMatchObject([
      { field: 'canary-replicas', wanted: '1', found: '2', by: { manager: 'kubectl', subresource: 'scale' } },
    ])
    // A scale to none leaves no owner behind: Kubernetes does not write a 0 down as anybody's.
    await admin.writeAs('kubectl', 'patch', scale, { spec: { replicas: 0 } })
    expect((await seen(bench, owned)).foreign).toMatchObject([{ field: 'canary-replicas', wanted: '1', found: '0' }])
    await cluster.reclaim(service, owned, ['canary-replicas'], writer(3))
    expect((await seen(bench, owned)).foreign).toEqual([])
    await admin.api.json('delete', target)
    const { foreign } = await bench.until(
      () => seen(bench, owned),
      (found) => found.foreign.length > 0,
    )
    expect(foreign).toEqual([
      {
        field: 'canary-replicas',
        what: 'Deployment "api-canary"',
        wanted: `1 pods of ${NEW_IMAGE}`,
        found: 'gone',
        by: null,
      },
    ])
    await bench.until(
      () => cluster.reclaim(service, owned, ['canary-replicas'], writer(4)).then(() => seen(bench, owned)),
      (found) => found.foreign.length === 0,
    )
  })

  it('sees a selector that somebody moved, and an HPA minimum that somebody lowered', async () => {
    const bench = await open({
      router: { kind: 'switch' },
      beside: (space) => [[autoscalers(space), autoscalerObject(space)]],
    })
    const { cluster, service, admin, namespace } = bench
    const pin = await withCanary(bench)
    const owned = ownedWith(pin)
    expect(await seen(bench, owned)).toEqual({ differs: [], foreign: [] })
    const elsewhere = { spec: { selector: { app: 'api', track: 'stable' } } }
    await admin.writeAs('kustomize-controller', 'patch', services(namespace, 'api'), elsewhere)
    await admin.writeAs('kubectl-patch', 'patch', autoscalers(namespace, 'api'), { spec: { minReplicas: 1 } })
    const { foreign, differs } = await seen(bench, owned)
    expect(differs).toEqual(['selector', 'hpa-minimum'])
    expect(foreign).toMatchObject([
      { field: 'selector', wanted: 'app=api', found: 'app=api,track=stable', by: { manager: 'kustomize-controller' } },
      { field: 'hpa-minimum', wanted: '3', found: '1', by: { manager: 'kubectl-patch' } },
    ])
    await cluster.reclaim(service, owned, ['selector', 'hpa-minimum'], writer(3))
    expect((await seen(bench, owned)).foreign).toEqual([])
    expect(at(await admin.get(services(namespace, 'api')), 'spec', 'selector')).toEqual({ app: 'api' })
  })
}
