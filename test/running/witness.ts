/** What kubectl shows of the shop: who runs, who gets traffic, and every byte that is somebody else's. */
import { isObject, type JsonObject, objectAt, textAt, textMapAt, withAt } from '../../src/adapters/kubernetes/json.ts'
import type { Shop } from './shop-on-cluster.ts'

export interface Seen {
  readonly version: string
  /** Wanted, updated and available pods of the workload. */
  readonly pods: string
  readonly deployments: string
  readonly selector: unknown
  /** Weights of stable and canary; `all` where pods or a selector divide the traffic. */
  readonly weights: string
}

export async function witness({ kubectl, service }: Shop): Promise<Seen> {
  const workload =
    '{.spec.template.spec.containers[0].image} {.spec.replicas} {.status.updatedReplicas} {.status.availableReplicas}'
  const [image = '', ...pods] = (await kubectl('get', 'deployment', 'shop', '-o', `jsonpath=${workload}`)).split(' ')
  return {
    version: image.split(':').at(-1) ?? '',
    pods: pods.join(' '),
    deployments: await kubectl('get', 'deployments', '-o', 'jsonpath={.items[*].metadata.name}'),
    selector: JSON.parse(await kubectl('get', 'service', 'shop', '-o', 'jsonpath={.spec.selector}')) as unknown,
    weights: await weightsOf(kubectl, service.router.kind),
  }
}

async function weightsOf(kubectl: Shop['kubectl'], kind: Shop['service']['router']['kind']): Promise<string> {
  if (kind === 'istio')
    return kubectl('get', 'virtualservice', 'shop', '-o', 'jsonpath={.spec.http[0].route[*].weight}')
  if (kind === 'gateway-api')
    return kubectl('get', 'httproute', 'shop', '-o', 'jsonpath={.spec.rules[0].backendRefs[*].weight}')
  if (kind !== 'nginx') return 'all'
  const weight = 'jsonpath={.metadata.annotations.nginx\\.ingress\\.kubernetes\\.io/canary-weight}'
  const given = await kubectl('get', 'ingress', 'shop-canary', '--ignore-not-found', '-o', weight)
  return given === '' ? '100 0' : `${100 - Number(given)} ${given}`
}

const KINDS = {
  replicas: [],
  switch: [],
  rolling: [],
  istio: ['virtualservices', 'destinationrules'],
  'gateway-api': ['httproutes'],
  nginx: ['ingresses'],
} as const satisfies Record<Shop['service']['router']['kind'], readonly string[]>

/** Spec, labels and annotations of everything that the team wrote, as text; of the workload all but what a deployment is for. */
export async function foreignBytes({ kubectl, service }: Shop): Promise<string> {
  const kinds = ['deployments', 'services', 'horizontalpodautoscalers', ...KINDS[service.router.kind]]
  const found: unknown = JSON.parse(await kubectl('get', kinds.join(','), '-o', 'json'))
  const items = isObject(found) && Array.isArray(found.items) ? found.items.filter(isObject) : []
  return JSON.stringify(items.map(bytesOf), null, 1)
}

/** Kept by the Deployment controller, and the id of the last deployment, which is meant to stay. */
const PASSING = ['deployment.kubernetes.io/revision', 'tminus.dev/last-deployment']

function bytesOf(object: JsonObject): JsonObject {
  const { kind } = object
  const spec = objectAt(object, 'spec')
  const annotations = Object.entries(textMapAt(object, 'metadata', 'annotations'))
  return {
    name: `${String(kind)} ${textAt(object, 'metadata', 'name')}`,
    labels: textMapAt(object, 'metadata', 'labels'),
    annotations: Object.fromEntries(annotations.filter(([key]) => !PASSING.includes(key))),
    spec: kind === 'Deployment' ? withoutImage(spec) : spec,
  }
}

function withoutImage(spec: JsonObject): JsonObject {
  const containers = objectAt(spec, 'template', 'spec').containers
  const rows = Array.isArray(containers) ? containers.filter(isObject) : []
  return withAt(
    spec,
    ['template', 'spec', 'containers'],
    rows.map((row) => withAt(row, ['image'], undefined)),
  )
}
