/** One resource of the API, or a collection of them: what a request is about. */

export interface Target {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  /** Plural: `deployments`. */
  readonly resource: string
  /** Null: cluster-wide, or all namespaces. */
  readonly namespace: string | null
  /** Null: the collection. */
  readonly name: string | null
  readonly subresource?: string
}

type Make = (namespace: string, name?: string) => Target

const kind =
  (group: string, version: string, resource: string): Make =>
  (namespace, name) => ({ group, version, resource, namespace, name: name ?? null })

export const deployments = kind('apps', 'v1', 'deployments')
export const replicaSets = kind('apps', 'v1', 'replicasets')
export const pods = kind('', 'v1', 'pods')
export const services = kind('', 'v1', 'services')
export const configMaps = kind('', 'v1', 'configmaps')
export const secrets = kind('', 'v1', 'secrets')
export const resourceQuotas = kind('', 'v1', 'resourcequotas')
export const endpointSlices = kind('discovery.k8s.io', 'v1', 'endpointslices')
export const autoscalers = kind('autoscaling', 'v2', 'horizontalpodautoscalers')
export const disruptionBudgets = kind('policy', 'v1', 'poddisruptionbudgets')
export const networkPolicies = kind('networking.k8s.io', 'v1', 'networkpolicies')
export const allPods: Target = { group: '', version: 'v1', resource: 'pods', namespace: null, name: null }
export const nodes: Target = { group: '', version: 'v1', resource: 'nodes', namespace: null, name: null }
export const nodeMetrics: Target = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  resource: 'nodes',
  namespace: null,
  name: null,
}

/** Path on the API server, without the query. */
export function pathOf(target: Target): string {
  const base = target.group === '' ? `/api/${target.version}` : `/apis/${target.group}/${target.version}`
  const parts = [target.resource, target.name, target.subresource].filter((part) => part !== null && part !== undefined)
  const scope = target.namespace === null ? '' : `/namespaces/${encodeURIComponent(target.namespace)}`
  return `${base}${scope}/${parts.map((part) => encodeURIComponent(part)).join('/')}`
}

/** For sentences: `deployments.apps "api" in namespace shop`. */
export function describeTarget(target: Target): string {
  const type = [target.resource, target.group].filter((part) => part !== '').join('.')
  const named = target.name === null ? type : `${type} "${target.name}"`
  const part = target.subresource === undefined ? named : `${target.subresource} of ${named}`
  return target.namespace === null ? part : `${part} in namespace ${target.namespace}`
}
