/** One kubeconfig context in use: requests, objects, watches. */
import type { Service } from '../../playbook/service.ts'
import type { Clock } from '../../ports/clock.ts'
import { type ApiClient, apiClient } from './api-client.ts'
import type { Credentials, credentialsOf } from './credentials.ts'
import type { JsonObject } from './json.ts'
import { type NamespaceView, namespaceView } from './namespace-view.ts'
import { type Objects, objectsOf } from './objects.ts'
import { DESTINATION_RULES, discoverVersions, type RouteKind } from './routers/route-kinds.ts'
import { weightedRouterOf } from './routers/router-of.ts'
import type { WeightedRouter } from './routers/weighted-router.ts'
import { readScene, type Scene } from './scene.ts'
import { autoscalers, type Target } from './target.ts'

export interface Connection {
  readonly api: ApiClient
  readonly objects: Objects
  /** Does this process run in the cluster, where pods can be reached by their addresses? */
  readonly inCluster: boolean
  /** ms since the epoch, of the port's clock. */
  now(): number
  /** From the watch's copies when one runs and is whole, else by lists. */
  scene(service: Service, signal: AbortSignal): Promise<Scene>
  /** Is the service's scene kept up to date by live watches? */
  isWatched(service: Service): boolean
  /** By lists, whatever is watched. */
  freshScene(service: Service, signal: AbortSignal): Promise<Scene>
  /** The router's object, in the version of the API that is served. Throws ClusterError `refused` when none is. */
  routeTarget(service: Service, router: WeightedRouter, signal: AbortSignal): Promise<Target>
  /** The router's object from the watch or by a GET; null when there is none. */
  readRoute(service: Service, router: WeightedRouter, signal: AbortSignal): Promise<JsonObject | null>
  /** An HPA from the watch or by a GET; null when there is none. Throws ClusterError. */
  readAutoscaler(namespace: string, name: string, signal: AbortSignal): Promise<JsonObject | null>
  destinationRules(namespace: string, signal: AbortSignal): Promise<Target>
  watch(service: Service, changed: () => void): () => void
  close(): Promise<void>
}

export interface ConnectionOptions {
  readonly kubeconfigPath: string | undefined
  readonly context: string | null
  readonly clock: Clock
  readonly requestTimeoutMs: number
  readonly onWrite: (what: string) => void
  readonly login: typeof credentialsOf
}

export async function connect(options: ConnectionOptions): Promise<Connection> {
  const credentials = await options.login(options.kubeconfigPath, options.context)
  return connectionOf(credentials, options)
}

function connectionOf(credentials: Credentials, options: ConnectionOptions): Connection {
  const views = new Map<string, { readonly view: NamespaceView; users: number }>()
  const api = apiClient(credentials, options.requestTimeoutMs)
  const viewOf = (target: Target) => views.get(target.namespace ?? '')?.view
  const objects = objectsOf(api, options.onWrite, {
    copyOf: (target) => viewOf(target)?.copyOf(target),
    seen: (target, object) => viewOf(target)?.put(target, object),
  })
  const versionOf = discoverVersions(api)
  const targetOf = async (kind: RouteKind, namespace: string, name: string | null, signal: AbortSignal) => {
    const version = await versionOf(kind, signal)
    return { group: kind.group, version, resource: kind.resource, namespace, name }
  }
  const routeTarget: Connection['routeTarget'] = (service, { kind, name }, signal) =>
    targetOf(kind, service.namespace, name, signal)
  const freshScene: Connection['freshScene'] = (service, signal) => readScene(api, objects, service, signal)
  return {
    api,
    objects,
    inCluster: credentials.inCluster,
    now: () => options.clock.now(),
    freshScene,
    routeTarget,
    isWatched: (service) => views.get(service.namespace)?.view.isLive() ?? false,
    scene: async (service, signal) =>
      views.get(service.namespace)?.view.scene(service) ?? (await freshScene(service, signal)),
    async readRoute(service, router, signal) {
      const copy = views.get(service.namespace)?.view.route(router)
      return copy === undefined ? objects.read(await routeTarget(service, router, signal), signal) : copy
    },
    readAutoscaler: async (namespace, name, signal) => {
      const target = autoscalers(namespace, name)
      return viewOf(target)?.copyOf(target) ?? (await objects.read(target, signal))
    },
    destinationRules: (namespace, signal) => targetOf(DESTINATION_RULES, namespace, null, signal),
    watch(service, changed) {
      const { namespace } = service
      const router = weightedRouterOf(service)
      const used = views.get(namespace) ?? {
        view: namespaceView(api, options.clock, namespace),
        users: 0,
      }
      views.set(namespace, used)
      used.users++
      // Whoever may not watch them asks for the one that matters at each look.
      used.view.watchToo(autoscalers(namespace))
      if (router) void watchRouter(used.view, routeTarget, service, router)
      const unsubscribe = used.view.subscribe(service, changed)
      let stopped = false
      return () => {
        if (stopped) return
        stopped = true
        unsubscribe()
        if (--used.users > 0) return
        used.view.stop()
        if (views.get(namespace) === used) views.delete(namespace)
      }
    },
    async close() {
      for (const { view } of views.values()) view.stop()
      views.clear()
      await credentials.close()
    },
  }
}

/** Without the router's API there is nothing to watch; pre-flight says so. */
async function watchRouter(
  view: NamespaceView,
  find: Connection['routeTarget'],
  service: Service,
  router: WeightedRouter,
): Promise<void> {
  try {
    view.watchToo(await find(service, router, new AbortController().signal))
  } catch {
    // The look reads the object itself then.
  }
}
