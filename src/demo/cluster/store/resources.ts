/** The table of what is served: one row per resource, from which routes, discovery and the store all work. */
import type { ResourceName } from './kube-objects.ts'

export interface ResourceDefinition {
  readonly plural: ResourceName
  readonly singular: string
  readonly kind: string
  readonly group: string
  readonly version: string
  readonly shortNames: readonly string[]
  readonly namespaced: boolean
  /** Writes to the object leave `status` alone; it is written through `/status`. */
  readonly hasStatus: boolean
  readonly hasScale: boolean
  /** Served from a CustomResourceDefinition on a real cluster: no strategic merge, lists are replaced whole. */
  readonly custom: boolean
  /** A PUT without `metadata.resourceVersion` is accepted. */
  readonly unconditionalUpdate: boolean
  /** What raises `metadata.generation`; undefined when the resource counts none. */
  readonly generation: 'spec' | 'spec-or-annotations' | 'all-but-status' | undefined
  readonly categories: readonly string[]
}

type Row = Partial<ResourceDefinition> & Pick<ResourceDefinition, 'plural' | 'singular' | 'kind' | 'shortNames'>

function define(group: string, version: string, row: Row): ResourceDefinition {
  return {
    group,
    version,
    namespaced: true,
    hasStatus: false,
    hasScale: false,
    custom: false,
    unconditionalUpdate: true,
    generation: undefined,
    categories: [],
    ...row,
  }
}

const core = (row: Row) => define('', 'v1', row)
const apps = (row: Row) => define('apps', 'v1', { hasStatus: true, hasScale: true, categories: ['all'], ...row })
const istio = (row: Row) =>
  define('networking.istio.io', 'v1', {
    hasStatus: true,
    custom: true,
    unconditionalUpdate: false,
    generation: 'all-but-status',
    categories: ['istio-io', 'networking-istio-io'],
    ...row,
  })

export const resources: readonly ResourceDefinition[] = [
  core({
    plural: 'namespaces',
    singular: 'namespace',
    kind: 'Namespace',
    shortNames: ['ns'],
    namespaced: false,
    hasStatus: true,
  }),
  core({ plural: 'nodes', singular: 'node', kind: 'Node', shortNames: ['no'], namespaced: false, hasStatus: true }),
  core({
    plural: 'pods',
    singular: 'pod',
    kind: 'Pod',
    shortNames: ['po'],
    hasStatus: true,
    generation: 'spec',
    categories: ['all'],
  }),
  core({
    plural: 'services',
    singular: 'service',
    kind: 'Service',
    shortNames: ['svc'],
    hasStatus: true,
    categories: ['all'],
  }),
  core({ plural: 'events', singular: 'event', kind: 'Event', shortNames: ['ev'] }),
  core({ plural: 'configmaps', singular: 'configmap', kind: 'ConfigMap', shortNames: ['cm'] }),
  core({ plural: 'secrets', singular: 'secret', kind: 'Secret', shortNames: [] }),
  core({
    plural: 'resourcequotas',
    singular: 'resourcequota',
    kind: 'ResourceQuota',
    shortNames: ['quota'],
    hasStatus: true,
  }),
  apps({
    plural: 'deployments',
    singular: 'deployment',
    kind: 'Deployment',
    shortNames: ['deploy'],
    generation: 'spec-or-annotations',
  }),
  apps({
    plural: 'replicasets',
    singular: 'replicaset',
    kind: 'ReplicaSet',
    shortNames: ['rs'],
    generation: 'spec',
  }),
  define('discovery.k8s.io', 'v1', {
    plural: 'endpointslices',
    singular: 'endpointslice',
    kind: 'EndpointSlice',
    shortNames: [],
    generation: 'all-but-status',
  }),
  define('autoscaling', 'v2', {
    plural: 'horizontalpodautoscalers',
    singular: 'horizontalpodautoscaler',
    kind: 'HorizontalPodAutoscaler',
    shortNames: ['hpa'],
    hasStatus: true,
    categories: ['all'],
  }),
  define('policy', 'v1', {
    plural: 'poddisruptionbudgets',
    singular: 'poddisruptionbudget',
    kind: 'PodDisruptionBudget',
    shortNames: ['pdb'],
    hasStatus: true,
    unconditionalUpdate: false,
    generation: 'spec',
  }),
  istio({ plural: 'virtualservices', singular: 'virtualservice', kind: 'VirtualService', shortNames: ['vs'] }),
  istio({ plural: 'destinationrules', singular: 'destinationrule', kind: 'DestinationRule', shortNames: ['dr'] }),
  define('gateway.networking.k8s.io', 'v1', {
    plural: 'httproutes',
    singular: 'httproute',
    kind: 'HTTPRoute',
    shortNames: [],
    hasStatus: true,
    custom: true,
    unconditionalUpdate: false,
    generation: 'all-but-status',
    categories: ['gateway-api'],
  }),
  define('networking.k8s.io', 'v1', {
    plural: 'ingresses',
    singular: 'ingress',
    kind: 'Ingress',
    shortNames: ['ing'],
    hasStatus: true,
    generation: 'spec',
  }),
]

/** The row of a resource; the table holds all of them. */
export function resourceOf(plural: ResourceName): ResourceDefinition {
  const found = resources.find((row) => row.plural === plural)
  if (!found) throw new Error(`no resource ${plural}`)
  return found
}

export function apiVersionOf(definition: Pick<ResourceDefinition, 'group' | 'version'>): string {
  return definition.group === '' ? definition.version : `${definition.group}/${definition.version}`
}

/** `deployments.apps`, `pods`: how error messages name a resource. */
export function qualifiedName(definition: ResourceDefinition): string {
  return definition.group === '' ? definition.plural : `${definition.plural}.${definition.group}`
}
