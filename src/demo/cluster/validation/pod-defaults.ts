/** What a pod's spec gets when nothing is said. */
import { isObject, type JsonObject } from '../store/json.ts'

export function defaultPodSpec(spec: JsonObject): JsonObject {
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...spec,
    ...mapped(spec, 'containers', defaultContainer),
    ...mapped(spec, 'initContainers', defaultContainer),
  }
}

function mapped(spec: JsonObject, key: string, change: (item: JsonObject) => JsonObject): JsonObject {
  const list = spec[key]
  return Array.isArray(list) ? { [key]: list.map((item: unknown) => (isObject(item) ? change(item) : item)) } : {}
}

function defaultContainer(container: JsonObject): JsonObject {
  const image = typeof container.image === 'string' ? container.image : ''
  const tag = /:([\w.-]+)$/.exec(image.split('/').at(-1) ?? '')?.[1]
  const moves = !image.includes('@') && (tag === undefined || tag === 'latest')
  return {
    imagePullPolicy: moves ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
    resources: defaultResources(container.resources ?? {}),
    ...mapped(container, 'ports', (port) => ({ protocol: 'TCP', ...port })),
    ...probe(container, 'readinessProbe'),
    ...probe(container, 'livenessProbe'),
    ...probe(container, 'startupProbe'),
  }
}

/** A limit without a request is a request too. */
function defaultResources(resources: unknown): unknown {
  if (!isObject(resources) || !isObject(resources.limits)) return resources
  const requests = isObject(resources.requests) ? resources.requests : {}
  return { ...resources, requests: { ...resources.limits, ...requests } }
}

function probe(container: JsonObject, name: string): JsonObject {
  const given = container[name]
  if (!isObject(given)) return {}
  const http = given.httpGet
  const httpGet = isObject(http) ? { httpGet: { path: '/', scheme: 'HTTP', ...http } } : {}
  const defaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }
  return { [name]: { ...defaults, ...given, ...httpGet } }
}
