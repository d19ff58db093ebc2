/** One kubeconfig context in use: requests, objects, watches. */
import type { Service } from '../../playbook/service.ts'
import type { Clock } from '../../ports/clock.ts'
import { ClusterError } from '../../ports/cluster.ts'
import { type ApiClient, apiClient } from './api-client.ts'
import { type Credentials, credentialsOf } from './credentials.ts'
import { type JsonObject, listAt, textAt } from './json.ts'
import { type NamespaceView, namespaceView } from './namespace-view.ts'
import { type Objects, objectsOf } from './objects.ts'
import { readScene, type Scene } from './scene.ts'
import type { Target } from './target.ts'
import type { IstioSettings } from './virtual-service.ts'

export interface Connection {
  readonly api: ApiClient
  readonly objects: Objects
  /** From the watch's copies when one runs and is whole, else by lists. */
  scene(service: Service, signal: AbortSignal): Promise<Scene>
  /** Is the service's scene kept up to date by live watches? */
  isWatched(service: Service): boolean
  /** By lists, whatever is watched. */
  freshScene(service: Service, signal: AbortSignal): Promise<Scene>
  /** The router's VirtualService, in the version of the API that is served. Throws ClusterError `refused` when none is. */
  virtualService(service: Service, router: IstioSettings, signal: AbortSignal): Promise<Target>
  /** The VirtualService from the watch or by a GET; null when there is none. */
  readVirtualService(service: Service, router: IstioSettings, signal: AbortSignal): Promise<JsonObject | null>
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
}

export async function connect(options: ConnectionOptions): Promise<Connection> {
  const credentials = await credentialsOf(options.kubeconfigPath, options.context)
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
  const istioVersion = discoverIstio(api)
  const virtualService: Connection['virtualService'] = async (service, router, signal) =>
    istio(await istioVersion(signal), 'virtualservices', service.namespace, router.virtualService)
  const freshScene: Connection['freshScene'] = (service, signal) => readScene(api, objects, service, signal)
  return {
    api,
    objects,
    freshScene,
    virtualService,
    isWatched: (service) => views.get(service.namespace)?.view.isLive() ?? false,
    scene: async (service, signal) =>
      views.get(service.namespace)?.view.scene(service) ?? (await freshScene(service, signal)),
    async readVirtualService(service, router, signal) {
      const copy = views.get(service.namespace)?.view.virtualService(router.virtualService)
      return copy === undefined ? objects.read(await virtualService(service, router, signal), signal) : copy
    },
    destinationRules: async (namespace, signal) =>
      istio(await istioVersion(signal), 'destinationrules', namespace, null),
    watch(service, changed) {
      const { namespace, router } = service
      const used = views.get(namespace) ?? {
        view: namespaceView(api, options.clock, namespace),
        users: 0,
      }
      views.set(namespace, used)
      used.users++
      if (router.kind === 'istio') void watchRouter(used.view, virtualService, service, router)
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
  find: Connection['virtualService'],
  service: Service,
  router: IstioSettings,
): Promise<void> {
  try {
    view.watchVirtualServices(await find(service, router, new AbortController().signal))
  } catch {
    // The look reads the object itself then.
  }
}

const ISTIO = 'networking.istio.io'

function istio(version: string, resource: string, namespace: string, name: string | null): Target {
  return { group: ISTIO, version, resource, namespace, name }
}

/** v1 where it is served, else v1beta1. Asked once; only an answer is kept. */
export function discoverIstio(api: Pick<ApiClient, 'discover'>): (signal: AbortSignal) => Promise<string> {
  let known: string | undefined
  return async (signal) => {
    if (known !== undefined) return known
    const group = await api.discover(`/apis/${ISTIO}`, signal)
    const served = listAt(group, 'versions').map((row) => textAt(row, 'version'))
    known = ['v1', 'v1beta1'].find((version) => served.includes(version))
    if (known !== undefined) return known
    throw new ClusterError('refused', `The cluster serves no ${ISTIO}/v1 or v1beta1: Istio is not installed.`, {
      status: 404,
    })
  }
}
