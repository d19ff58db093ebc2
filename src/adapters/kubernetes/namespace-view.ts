/** What the watches of one namespace know, for all services in it. */
import { canaryServices } from '../../playbook/canary-services.ts'
import type { Service } from '../../playbook/service.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Slot } from '../../ports/cluster.ts'
import type { ApiClient } from './api-client.ts'
import { type JsonObject, textAt } from './json.ts'
import { slotName, WORKLOAD_LABEL } from './names.ts'
import { type ResourceWatch, watchResource } from './resource-watch.ts'
import { weightedRouterOf } from './routers/router-of.ts'
import type { WeightedRouter } from './routers/weighted-router.ts'
import { controllerUid, type Scene, SERVICE_NAME_LABEL, SLOTS } from './scene.ts'
import { slimCopy } from './slim-copies.ts'
import { deployments, endpointSlices, pods, replicaSets, services, type Target } from './target.ts'

export interface NamespaceView {
  /** Do all its watches stand? */
  isLive(): boolean
  /** Null while any of the copies may be old. */
  scene(service: Service): Scene | null
  /** The router's object. Undefined while the copies may be old, or nobody watches its kind; null: there is none. */
  route(router: WeightedRouter): JsonObject | null | undefined
  /** Watches objects of this kind too, from now on. */
  watchToo(target: Target): void
  /** Calls back, once per turn of the event loop, when something of the service changed. */
  subscribe(service: Service, changed: () => void): () => void
  /** The copy of one object; undefined when there is none, or it may be old. */
  copyOf(target: Target): JsonObject | undefined
  /** A copy from our own reads and writes. */
  put(target: Target, object: JsonObject | null): void
  stop(): void
}

const KINDS = ['pods', 'replicasets', 'deployments', 'endpointslices', 'services'] as const

export function namespaceView(api: ApiClient, clock: Clock, namespace: string): NamespaceView {
  const listeners = new Map<string, Set<() => void>>()
  const tell = (key: string) => {
    for (const listener of listeners.get(key) ?? []) listener()
  }
  const watches = new Map<string, ResourceWatch>()
  const start = (target: Target, keyOf: (object: JsonObject) => string | undefined) => {
    const changed = (object: JsonObject) => {
      for (const key of listenerKeys(target.resource, object, watches)) tell(key)
    }
    const slim = (object: JsonObject) => slimCopy(target.resource, object)
    const lost = () => {
      for (const key of listeners.keys()) tell(key)
    }
    watches.set(target.resource, watchResource({ api, clock, target, keyOf, changed, slim, lost }))
  }
  start(pods(namespace), controllerUid)
  start(replicaSets(namespace), controllerUid)
  start(deployments(namespace), () => undefined)
  start(endpointSlices(namespace), (object) => textAt(object, 'metadata', 'labels', SERVICE_NAME_LABEL))
  start(services(namespace), () => undefined)
  const isLive = () => KINDS.every((kind) => watches.get(kind)?.isLive())
  return {
    isLive,
    scene: (service) => (isLive() ? sceneOf(service, watches) : null),
    route({ kind, name }) {
      const watch = watches.get(kind.resource)
      return watch?.isLive() ? (watch.get(name) ?? null) : undefined
    },
    watchToo(target) {
      if (!watches.has(target.resource)) start({ ...target, name: null }, () => undefined)
    },
    subscribe: (service, changed) => subscribe(listeners, service, changed),
    copyOf(target) {
      const watch = watches.get(target.resource)
      return watch?.isLive() ? watch.get(target.name ?? '') : undefined
    },
    put: (target, object) => watches.get(target.resource)?.put(target.name ?? '', object),
    stop() {
      for (const watch of watches.values()) watch.stop()
    },
  }
}

function subscribe(listeners: Map<string, Set<() => void>>, service: Service, changed: () => void): () => void {
  const router = weightedRouterOf(service)
  const keys = [
    `workloads/${service.workload}`,
    ...[service.serviceName, ...canaryServices(service)].map((name) => `services/${name}`),
    ...(router ? [`${router.kind.resource}/${router.name}`] : []),
  ]
  let due: NodeJS.Immediate | undefined
  const listener = () => {
    due ??= setImmediate(() => {
      due = undefined
      changed()
    })
  }
  for (const key of keys) listeners.set(key, (listeners.get(key) ?? new Set()).add(listener))
  return () => {
    clearImmediate(due)
    for (const key of keys) {
      listeners.get(key)?.delete(listener)
      if (listeners.get(key)?.size === 0) listeners.delete(key)
    }
  }
}

/**
 * Whom a change concerns. A pod whose ReplicaSet has not been seen yet concerns nobody: the ReplicaSet's own event,
 * which is still to come, does.
 */
function listenerKeys(
  resource: string,
  object: JsonObject,
  watches: ReadonlyMap<string, ResourceWatch>,
): readonly string[] {
  const owner = (kind: string, child: JsonObject | undefined) =>
    child && watches.get(kind)?.byUid(controllerUid(child) ?? '')
  const workload = (deployment: JsonObject | undefined) => {
    const name = textAt(deployment, 'metadata', 'labels', WORKLOAD_LABEL) ?? textAt(deployment, 'metadata', 'name')
    return name === undefined ? [] : [`workloads/${name}`]
  }
  switch (resource) {
    case 'pods':
      return workload(owner('deployments', owner('replicasets', object)))
    case 'replicasets':
      return workload(owner('deployments', object))
    case 'deployments':
      return workload(object)
    case 'endpointslices':
      return [`services/${textAt(object, 'metadata', 'labels', SERVICE_NAME_LABEL)}`]
    default:
      return [`${resource}/${textAt(object, 'metadata', 'name')}`]
  }
}

function sceneOf(service: Service, watches: ReadonlyMap<string, ResourceWatch>): Scene {
  const get = (kind: string, name: string) => watches.get(kind)?.get(name) ?? null
  const deployment = (slot: Slot) => get('deployments', slotName(service.workload, slot))
  const owned = (kind: string, owners: readonly (JsonObject | null)[]) =>
    owners.flatMap((owner) => watches.get(kind)?.byKey(textAt(owner, 'metadata', 'uid') ?? '') ?? [])
  const slices = (name: string) => watches.get('endpointslices')?.byKey(name) ?? []
  const found = { stable: deployment('stable'), canary: deployment('canary'), previous: deployment('previous') }
  const sets = owned(
    'replicasets',
    SLOTS.map((slot) => found[slot]),
  )
  return {
    deployments: found,
    replicaSets: sets,
    pods: owned('pods', sets),
    endpointSlices: slices(service.serviceName),
    canarySlices: canaryServices(service).flatMap(slices),
    service: get('services', service.serviceName),
  }
}
