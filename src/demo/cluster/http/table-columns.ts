/** The columns of each resource's table, as `kubectl get` and `-o wide` show them. */
import { isObject } from '../store/json.ts'
import type {
  Deployment,
  DestinationRule,
  EndpointSlice,
  HorizontalPodAutoscaler,
  HttpRoute,
  Ingress,
  KubeEvent,
  Namespace,
  Node,
  PodDisruptionBudget,
  ReplicaSet,
  ResourceName,
  ResourceObjects,
  ResourceQuota,
  Service,
  VirtualService,
} from '../store/kube-objects.ts'
import type { KubeObject, LabelSelector } from '../store/object-meta.ts'
import type { Container, Pod } from '../store/pod-objects.ts'
import { age } from './age.ts'
import { podReason } from './pod-reason.ts'

export interface Column {
  readonly name: string
  /** 1: only with `-o wide`. */
  readonly priority?: 1
  readonly cell: (object: KubeObject, now: number) => string | number
}

type Cell<T> = (object: T, now: number) => string | number

function column<T extends KubeObject>(name: string, cell: Cell<T>, priority?: 1): Column {
  return { name, cell: (object, now) => cell(object as T, now), ...(priority ? { priority } : {}) }
}

const NAME = column('Name', ({ metadata }) => metadata.name)
const AGE = column('Age', ({ metadata }, now) => age(metadata.creationTimestamp, now))

const TABLES: { readonly [R in ResourceName]?: readonly Column[] } = {
  deployments: [
    NAME,
    column<Deployment>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas}`),
    column<Deployment>('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
    column<Deployment>('Available', ({ status }) => status?.availableReplicas ?? 0),
    AGE,
    ...containerColumns<Deployment>(({ spec }) => spec.template.spec.containers),
    column<Deployment>('Selector', ({ spec }) => selectorText(spec.selector), 1),
  ],
  replicasets: [
    NAME,
    column<ReplicaSet>('Desired', ({ spec }) => spec.replicas),
    column<ReplicaSet>('Current', ({ status }) => status?.replicas ?? 0),
    column<ReplicaSet>('Ready', ({ status }) => status?.readyReplicas ?? 0),
    AGE,
    ...containerColumns<ReplicaSet>(({ spec }) => spec.template.spec.containers),
    column<ReplicaSet>('Selector', ({ spec }) => selectorText(spec.selector), 1),
  ],
  pods: [
    NAME,
    column<Pod>('Ready', ({ spec, status }) => {
      const ready = (status?.containerStatuses ?? []).filter((container) => container.ready).length
      return `${ready}/${spec.containers.length}`
    }),
    column<Pod>('Status', podReason),
    column<Pod>('Restarts', restarts),
    AGE,
    column<Pod>('IP', ({ status }) => status?.podIP ?? '<none>', 1),
    column<Pod>('Node', ({ spec }) => spec.nodeName ?? '<none>', 1),
    column<Pod>('Nominated Node', () => '<none>', 1),
    column<Pod>('Readiness Gates', () => '<none>', 1),
  ],
  services: [
    NAME,
    column<Service>('Type', ({ spec }) => spec.type ?? 'ClusterIP'),
    column<Service>('Cluster-IP', ({ spec }) => spec.clusterIP ?? '<none>'),
    column<Service>('External-IP', () => '<none>'),
    column<Service>('Port(s)', ({ spec }) => {
      const ports = (spec.ports ?? []).map(({ port, protocol = 'TCP' }) => `${port}/${protocol}`)
      return ports.length === 0 ? '<none>' : ports.join(',')
    }),
    AGE,
    column<Service>('Selector', ({ spec }) => labelsText(spec.selector), 1),
  ],
  endpointslices: [
    NAME,
    column<EndpointSlice>('AddressType', ({ addressType }) => addressType),
    column<EndpointSlice>('Ports', ({ ports }) => (ports ?? []).map(({ port }) => port).join(',') || '<unset>'),
    column<EndpointSlice>('Endpoints', ({ endpoints }) => {
      return endpoints.flatMap(({ addresses }) => addresses).join(',') || '<unset>'
    }),
    AGE,
  ],
  nodes: [
    NAME,
    column<Node>('Status', ({ spec, status }) => {
      const ready = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')
      return `${ready ? 'Ready' : 'NotReady'}${spec?.unschedulable ? ',SchedulingDisabled' : ''}`
    }),
    column('Roles', () => '<none>'),
    AGE,
    column('Version', () => 'v1.36.3'),
  ],
  namespaces: [NAME, column<Namespace>('Status', ({ status }) => status?.phase ?? 'Active'), AGE],
  events: [
    column<KubeEvent>('Last Seen', ({ lastTimestamp }, now) => age(lastTimestamp, now)),
    column<KubeEvent>('Type', ({ type }) => type),
    column<KubeEvent>('Reason', ({ reason }) => reason),
    column<KubeEvent>('Object', ({ involvedObject }) => `${involvedObject.kind.toLowerCase()}/${involvedObject.name}`),
    column<KubeEvent>('Subobject', ({ involvedObject }) => involvedObject.fieldPath ?? '', 1),
    column<KubeEvent>('Source', ({ source }) => [source?.component, source?.host].filter(Boolean).join(', '), 1),
    column<KubeEvent>('Message', ({ message }) => message),
    column<KubeEvent>('First Seen', ({ firstTimestamp }, now) => age(firstTimestamp, now), 1),
    column<KubeEvent>('Count', ({ count }) => count ?? 1, 1),
    column('Name', ({ metadata }) => metadata.name, 1),
  ],
  secrets: [
    NAME,
    column('Type', ({ type }) => (typeof type === 'string' ? type : 'Opaque')),
    column('Data', (secret) => Object.keys(isObject(secret.data) ? secret.data : {}).length),
    AGE,
  ],
  configmaps: [NAME, column('Data', (map) => Object.keys(isObject(map.data) ? map.data : {}).length), AGE],
  resourcequotas: [
    NAME,
    column<ResourceQuota>('Request', ({ status }) => {
      return Object.entries(status?.hard ?? {})
        .map(([key, hard]) => `${key}: ${status?.used?.[key] ?? '0'}/${hard}`)
        .join(', ')
    }),
    AGE,
  ],
  horizontalpodautoscalers: [
    NAME,
    column<HorizontalPodAutoscaler>(
      'Reference',
      ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
    ),
    column('Targets', () => '<unknown>/80%'),
    column<HorizontalPodAutoscaler>('MinPods', ({ spec }) => spec.minReplicas),
    column<HorizontalPodAutoscaler>('MaxPods', ({ spec }) => spec.maxReplicas),
    column<HorizontalPodAutoscaler>('Replicas', ({ status }) => status?.currentReplicas ?? 0),
    AGE,
  ],
  poddisruptionbudgets: [
    NAME,
    column<PodDisruptionBudget>('Min Available', ({ spec }) => spec.minAvailable ?? 'N/A'),
    column<PodDisruptionBudget>('Max Unavailable', ({ spec }) => spec.maxUnavailable ?? 'N/A'),
    column<PodDisruptionBudget>('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0),
    AGE,
  ],
  virtualservices: [
    NAME,
    column('Gateways', (object) => JSON.stringify(isObject(object.spec) ? (object.spec.gateways ?? '') : '')),
    column<VirtualService>('Hosts', ({ spec }) => JSON.stringify(spec.hosts ?? [])),
    AGE,
  ],
  destinationrules: [NAME, column<DestinationRule>('Host', ({ spec }) => spec.host), AGE],
  httproutes: [NAME, column<HttpRoute>('Hostnames', ({ spec }) => JSON.stringify(spec.hostnames ?? [])), AGE],
  ingresses: [
    NAME,
    column<Ingress>('Class', ({ spec }) => spec?.ingressClassName ?? '<none>'),
    column<Ingress>('Hosts', ({ spec }) => (spec?.rules ?? []).map(({ host = '*' }) => host).join(',')),
    column('Address', () => ''),
    column('Ports', () => '80'),
    AGE,
  ],
}

export function columnsOf(resource: keyof ResourceObjects): readonly Column[] {
  return TABLES[resource] ?? [NAME, AGE]
}

function containerColumns<T extends KubeObject>(containers: (object: T) => readonly Container[]): readonly Column[] {
  return [
    column<T>(
      'Containers',
      (object) =>
        containers(object)
          .map(({ name }) => name)
          .join(','),
      1,
    ),
    column<T>(
      'Images',
      (object) =>
        containers(object)
          .map(({ image }) => image)
          .join(','),
      1,
    ),
  ]
}

function restarts({ status }: Pod, now: number): string {
  const containers = status?.containerStatuses ?? []
  const count = containers.reduce((sum, container) => sum + container.restartCount, 0)
  const last = containers
    .flatMap(({ lastState }) => lastState.terminated?.finishedAt ?? [])
    .sort()
    .at(-1)
  return count > 0 && last !== undefined ? `${count} (${age(last, now)} ago)` : String(count)
}

function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`)
  return pairs.length === 0 ? '<none>' : pairs.join(',')
}

function selectorText(selector: LabelSelector): string {
  return labelsText(selector.matchLabels)
}
