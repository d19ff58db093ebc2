/** The EndpointSlice controller: one slice for each Service with a selector, with the readiness of the pods behind it. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import { sameJson } from '../store/json.ts'
import type { Endpoint, EndpointSlice, Service, ServicePort } from '../store/kube-objects.ts'
import type { Pod } from '../store/pod-objects.ts'
import { isReady } from './conditions.ts'
import { controlledBy } from './owner-keys.ts'
import { type Controller, keyOf } from './reconciler.ts'
import { trackServiceSelectors } from './service-selectors.ts'

const SERVICE_NAME = 'kubernetes.io/service-name'

export function endpointSliceController(context: ClusterContext): Controller {
  const servicesBehind = trackServiceSelectors(context.store)
  return {
    concerns: ({ resource, object, previous }) => {
      if (resource === 'services') return [keyOf(object)]
      if (resource !== 'pods') return []
      const { namespace = '' } = object.metadata
      return [object, ...(previous ? [previous] : [])]
        .flatMap(({ metadata }) => servicesBehind(namespace, metadata.labels))
        .map(keyOf)
    },
    reconcile: ({ namespace, name }) => {
      const service = context.store.get('services', namespace, name)
      if (service) writeSlice(context, service)
    },
  }
}

function writeSlice(context: ClusterContext, service: Service): void {
  const { store, names, clock } = context
  const before = store.ownedBy('endpointslices', service.metadata.uid)[0]
  if (service.spec.selector === undefined || Object.keys(service.spec.selector).length === 0) return
  const pods = store
    .labelled('pods', service.metadata.namespace ?? '', service.spec.selector)
    .filter((pod) => pod.status?.podIP !== undefined && pod.status.phase === 'Running')
  const endpoints = pods.map(endpointOf)
  const ports = (service.spec.ports ?? []).map((port) => slicePort(port, pods[0]))
  const labels = {
    ...service.metadata.labels,
    [SERVICE_NAME]: service.metadata.name,
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  }
  const name = before?.metadata.name ?? `${service.metadata.name}-${names.suffix(5)}`
  const same = before && sameJson(before.endpoints, endpoints) && sameJson(before.ports, ports)
  if (same && sameJson(before.metadata.labels, labels)) return
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...(before?.metadata ?? {
        uid: names.uid(),
        creationTimestamp: timestamp(clock.now()),
        resourceVersion: '',
        generateName: `${service.metadata.name}-`,
      }),
      name,
      namespace: service.metadata.namespace ?? '',
      generation: (before?.metadata.generation ?? 0) + 1,
      labels,
      ownerReferences: controlledBy(service),
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  }
  store.put('endpointslices', slice)
}

function endpointOf(pod: Pod): Endpoint {
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const serving = isReady(pod)
  const { namespace = '', name, uid } = pod.metadata
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready: serving && !terminating, serving, terminating },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
  }
}

/** The port on the pods: a named target port is looked up in the first pod. */
function slicePort({ name = '', port, targetPort = port, protocol = 'TCP' }: ServicePort, pod: Pod | undefined) {
  if (typeof targetPort === 'number') return { name, port: targetPort, protocol }
  const ports = pod?.spec.containers.flatMap((container) => container.ports ?? []) ?? []
  return { name, port: ports.find((candidate) => candidate.name === targetPort)?.containerPort ?? port, protocol }
}
