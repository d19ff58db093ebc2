/** One namespace of a cluster under test: the adapter, and an administrator who looks on and meddles. */
import { request } from 'undici'
import { expect, vi } from 'vitest'
import { type ApiClient, apiClient } from '../../src/adapters/kubernetes/api-client.ts'
import { type Credentials, credentialsOf } from '../../src/adapters/kubernetes/credentials.ts'
import { isObject, type JsonObject, objectAt, textAt, textMapAt } from '../../src/adapters/kubernetes/json.ts'
import { kubernetesCluster } from '../../src/adapters/kubernetes/kubernetes-cluster.ts'
import { autoscalers, deployments, pathOf, pods, services, type Target } from '../../src/adapters/kubernetes/target.ts'
import { routedServices } from '../../src/playbook/routed-services.ts'
import type { RouterSettings, Service } from '../../src/playbook/service.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Cluster } from '../../src/ports/cluster.ts'
import { serviceObject, shopApi, workloadObject } from './cluster-fixtures.ts'
import { ingresses, routerObjects, routeTarget } from './router-fixtures.ts'

/** A cluster to run the contract on: the simulated one, or a real control plane. */
export interface ClusterEnvironment {
  readonly kubeconfigPath: string
  readonly clock: Clock
  /** So many of these pods, all of one image, become sick or healthy again, without being replaced. */
  readonly makeSick: (admin: Admin, patients: Patients) => Promise<void>
  /** Cures what outlives its pods. */
  readonly heal?: () => void
  readonly close: () => Promise<void>
}

export interface Patients {
  readonly namespace: string
  readonly image: string
  readonly pods: readonly string[]
  readonly howMany: number
  readonly sickness: 'unready' | 'crash-loop' | 'healthy'
}

export interface Admin {
  readonly api: ApiClient
  get(target: Target): Promise<JsonObject | null>
  create(target: Target, body: JsonObject): Promise<JsonObject>
  patch(target: Target, body: JsonObject): Promise<JsonObject>
  /** A merge patch, or a forced server-side apply, under another manager's name. Throws when it is not taken. */
  writeAs(manager: string, how: 'patch' | 'apply', target: Target, body: JsonObject): Promise<void>
  close(): Promise<void>
}

export async function adminOf(kubeconfigPath: string): Promise<Admin> {
  const credentials = await credentialsOf(kubeconfigPath, null)
  const api = apiClient(credentials, 20_000)
  return {
    api,
    async get(target) {
      const list = await api.list(
        { ...target, name: null },
        { query: { fieldSelector: `metadata.name=${target.name}` } },
      )
      return list.items[0] ?? null
    },
    create: (target, body) => api.json('create', { ...target, name: null }, { body }),
    patch: (target, body) => api.json('patch', target, { body }),
    writeAs: (manager, how, target, body) => writeAs(credentials, { manager, how }, target, body),
    close: () => credentials.close(),
  }
}

async function writeAs(
  credentials: Credentials,
  { manager, how }: { readonly manager: string; readonly how: 'patch' | 'apply' },
  target: Target,
  body: JsonObject,
): Promise<void> {
  const { headers, dispatcher } = await credentials.login()
  const query = new URLSearchParams({ fieldManager: manager, ...(how === 'apply' && { force: 'true' }) })
  const type = how === 'apply' ? 'application/apply-patch+yaml' : 'application/merge-patch+json'
  const answer = await request(`${credentials.server}${pathOf(target)}?${query}`, {
    method: 'PATCH',
    dispatcher,
    headers: { ...headers, 'content-type': type },
    body: JSON.stringify(body),
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 300) throw new Error(`${manager} was answered ${answer.statusCode}: ${text}`)
}

const NAMESPACES: Target = { group: '', version: 'v1', resource: 'namespaces', namespace: null, name: null }

export interface Bench {
  readonly cluster: Cluster
  readonly admin: Admin
  readonly service: Service
  readonly namespace: string
  /** Every write the adapter made. */
  readonly writes: string[]
  /** spec of the workload, Service, HPA and route, and their labels and annotations: what must be as before at the end. */
  traces(): Promise<unknown>
  /** Asks until the answer is as wanted. */
  until<T>(read: () => Promise<T>, wanted: (value: T) => boolean): Promise<T>
  makeSick(slot: 'stable' | 'canary', sickness: Patients['sickness'], howMany: number): Promise<void>
  close(): Promise<void>
}

let count = 0

export interface BenchOptions {
  readonly router?: RouterSettings
  /** `unknown`: nobody follows the route, so the bench does not wait for its shares. */
  readonly shares?: 'unknown'
  /** Objects made beside the workload, its Service and the route. */
  readonly beside?: (namespace: string) => readonly (readonly [Target, JsonObject])[]
  readonly kubeconfigPath?: string
  readonly requestTimeoutMs?: number
}

export async function benchOn(environment: ClusterEnvironment, options: BenchOptions = {}): Promise<Bench> {
  const admin = await adminOf(environment.kubeconfigPath)
  const namespace = `shop-${process.pid}-${++count}`
  const { router } = options
  const service = shopApi(namespace, router)
  const writes: string[] = []
  const cluster = kubernetesCluster({
    kubeconfigPath: options.kubeconfigPath ?? environment.kubeconfigPath,
    clock: environment.clock,
    onWrite: (what) => writes.push(what),
    ...(options.requestTimeoutMs !== undefined && { requestTimeoutMs: options.requestTimeoutMs }),
  })
  await admin.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await setUp(admin, namespace, router)
  for (const [target, body] of options.beside?.(namespace) ?? []) await admin.create(target, body)
  const signal = new AbortController().signal
  const until: Bench['until'] = (read, wanted) =>
    vi.waitFor(
      async () => {
        const value = await read()
        expect(wanted(value), JSON.stringify(value)).toBe(true)
        return value
      },
      { timeout: 20_000, interval: 15 },
    )
  await until(
    () => cluster.look(service, signal),
    (seen) => seen.slots.stable.complete && (seen.shares !== null || options.shares === 'unknown'),
  )
  return {
    cluster,
    admin,
    service,
    namespace,
    writes,
    until,
    traces: () => traces(admin, namespace, router),
    async makeSick(slot, sickness, howMany) {
      const { pods: found, image } = (await cluster.look(service, signal)).slots[slot]
      const names = found.map((pod) => pod.name)
      await environment.makeSick(admin, { namespace, image: image ?? '', pods: names, howMany, sickness })
    },
    async close() {
      environment.heal?.()
      await cluster.close()
      await admin.api.json('delete', { ...NAMESPACES, name: namespace }).catch(() => undefined)
      await admin.close()
    },
  }
}

async function setUp(admin: Admin, namespace: string, router: RouterSettings | undefined): Promise<void> {
  await admin.create(deployments(namespace), workloadObject(namespace))
  const selector = router && routedServices(router) ? { app: 'api', track: 'stable' } : { app: 'api' }
  await admin.create(services(namespace), serviceObject(namespace, 'api', selector))
  for (const [target, body] of router ? routerObjects(namespace, router) : []) await admin.create(target, body)
}

async function traces(admin: Admin, namespace: string, router: RouterSettings | undefined): Promise<unknown> {
  const targets = [
    deployments(namespace, 'api'),
    services(namespace, 'api'),
    autoscalers(namespace, 'api'),
    ...[router && routeTarget(namespace, router)].filter((target) => target !== null && target !== undefined),
    ...(router?.kind === 'nginx' ? [ingresses(namespace, 'api-canary')] : []),
  ]
  const objects = await Promise.all(targets.map((target) => admin.get(target)))
  const names = (await admin.api.list(deployments(namespace))).items.map((item) => textAt(item, 'metadata', 'name'))
  return {
    names,
    objects: objects.map((object) => ({
      spec: objectAt(object, 'spec'),
      labels: textMapAt(object, 'metadata', 'labels'),
      annotations: Object.fromEntries(
        Object.entries(textMapAt(object, 'metadata', 'annotations')).filter(
          // Kept by the Deployment controller itself.
          ([key]) => key !== 'deployment.kubernetes.io/revision',
        ),
      ),
    })),
  }
}

/** The pods of the namespace, raw. */
export async function podsOf(admin: Admin, namespace: string): Promise<readonly JsonObject[]> {
  return (await admin.api.list(pods(namespace))).items.filter(isObject)
}
