/** The values that the API server fills in when a client leaves them out; without them a read differs from a real one. */
import { isObject, type JsonObject } from '../store/json.ts'
import type { ResourceName } from '../store/kube-objects.ts'
import { defaultPodSpec } from './pod-defaults.ts'

type Defaulter = (spec: JsonObject) => JsonObject

const DEFAULTERS: Partial<Record<ResourceName, Defaulter>> = {
  deployments: defaultDeployment,
  replicasets: (spec) => ({ replicas: 1, ...spec, ...templateOf(spec) }),
  pods: defaultPodSpec,
  services: defaultService,
  horizontalpodautoscalers: defaultAutoscaler,
  namespaces: (spec) => ({ finalizers: ['kubernetes'], ...spec }),
}

/** The object with defaults filled in; fields that are not of the expected shape are left for validation to refuse. */
export function withDefaults(resource: ResourceName, object: JsonObject): JsonObject {
  if (resource === 'endpointslices') return defaultEndpointSlice(object)
  const defaulter = DEFAULTERS[resource]
  const spec = object.spec ?? {}
  if (!defaulter || !isObject(spec)) return object
  return { ...object, spec: defaulter(spec) }
}

function templateOf(spec: JsonObject): JsonObject {
  const template = spec.template
  if (!isObject(template) || !isObject(template.spec)) return {}
  const metadata = isObject(template.metadata) ? template.metadata : {}
  return { template: { ...template, metadata, spec: defaultPodSpec(template.spec) } }
}

function defaultDeployment(spec: JsonObject): JsonObject {
  return {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...spec,
    strategy: defaultStrategy(spec.strategy ?? {}),
    ...templateOf(spec),
  }
}

function defaultStrategy(strategy: unknown): unknown {
  if (!isObject(strategy)) return strategy
  const type = strategy.type ?? 'RollingUpdate'
  if (type !== 'RollingUpdate') return { ...strategy, type }
  const rolling = isObject(strategy.rollingUpdate) ? strategy.rollingUpdate : {}
  return { ...strategy, type, rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%', ...rolling } }
}

function defaultService(spec: JsonObject): JsonObject {
  const ports = spec.ports
  const selector = spec.selector
  return {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
    ...spec,
    ...(selector === null ? { selector: undefined } : {}),
    ...(Array.isArray(ports) ? { ports: ports.map(defaultServicePort) } : {}),
  }
}

function defaultServicePort(port: unknown): unknown {
  return isObject(port) ? { protocol: 'TCP', targetPort: port.port, ...port } : port
}

function defaultAutoscaler(spec: JsonObject): JsonObject {
  const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }
  return { minReplicas: 1, metrics: [cpu], ...spec }
}

function defaultEndpointSlice(object: JsonObject): JsonObject {
  const endpoints = object.endpoints
  return { ...object, endpoints: Array.isArray(endpoints) ? endpoints : [] }
}
