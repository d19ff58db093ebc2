/** Everything about one service that a look needs, read in one go: from the shared watch's copies, or by lists. */
import { canaryServices } from '../../playbook/canary-services.ts'
import type { Service } from '../../playbook/service.ts'
import type { Slot } from '../../ports/cluster.ts'
import type { ApiClient } from './api-client.ts'
import { isObject, type JsonObject, listAt, objectAt, textAt } from './json.ts'
import { HASH_LABEL, slotName, WORKLOAD_LABEL } from './names.ts'
import type { Objects } from './objects.ts'
import { selectorQuery } from './selectors.ts'
import { deployments, endpointSlices, pods, replicaSets, services, type Target } from './target.ts'

export const SLOTS = ['stable', 'canary', 'previous'] as const satisfies readonly Slot[]
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'

/** Raw objects around one service. Lists may hold more than the service's own; owners decide. */
export interface Scene {
  readonly deployments: Readonly<Record<Slot, JsonObject | null>>
  readonly replicaSets: readonly JsonObject[]
  readonly pods: readonly JsonObject[]
  readonly endpointSlices: readonly JsonObject[]
  /** Of Services that lead to the new version's pods only. */
  readonly canarySlices: readonly JsonObject[]
  readonly service: JsonObject | null
  /** Where both versions stand in the workload itself: label of the old pods; the others are those of the slot `canary`. */
  readonly oldHash?: string
}

/** Reads the scene from the API: one GET per object, lists narrowed by label. Throws ClusterError. */
export async function readScene(
  api: ApiClient,
  objects: Objects,
  service: Service,
  signal: AbortSignal,
): Promise<Scene> {
  const { namespace, workload } = service
  const deployment = (slot: Slot) => objects.read(deployments(namespace, slotName(workload, slot)), signal)
  const list = async (target: Target, labelSelector: string) =>
    (await api.list(target, { query: { labelSelector }, signal })).items
  const ours = `${WORKLOAD_LABEL}=${workload}`
  const stableRead = deployment('stable')
  // Stable's own selector is known only once it is read; the rest need not wait for it.
  const ofStable = stableRead.then(async (stable) => {
    if (!stable) return { sets: [], pods: [] }
    const query = selectorQuery(objectAt(stable, 'spec', 'selector'))
    const [sets, found] = await Promise.all([list(replicaSets(namespace), query), list(pods(namespace), query)])
    return { sets, pods: found }
  })
  const [stable, canary, previous, own, ourSets, ourPods, slices, front] = await Promise.all([
    stableRead,
    deployment('canary'),
    deployment('previous'),
    ofStable,
    list(replicaSets(namespace), ours),
    list(pods(namespace), ours),
    list(
      endpointSlices(namespace),
      `${SERVICE_NAME_LABEL} in (${[service.serviceName, ...canaryServices(service)].join(',')})`,
    ),
    objects.read(services(namespace, service.serviceName), signal),
  ])
  const isInFront = (slice: JsonObject) =>
    textAt(slice, 'metadata', 'labels', SERVICE_NAME_LABEL) === service.serviceName
  return {
    deployments: { stable, canary, previous },
    replicaSets: [...own.sets, ...ourSets],
    pods: [...own.pods, ...ourPods],
    endpointSlices: slices.filter(isInFront),
    canarySlices: slices.filter((slice) => !isInFront(slice)),
    service: front,
  }
}

/** EndpointSlices of a Service of the namespace, by name. */
export async function slicesOf(
  { api }: { readonly api: ApiClient },
  { namespace }: Service,
  serviceName: string,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const query = { labelSelector: `${SERVICE_NAME_LABEL}=${serviceName}` }
  return (await api.list(endpointSlices(namespace), { query, signal })).items
}

/** uid of the object that controls this one; undefined when nobody does. */
export function controllerUid(object: JsonObject): string | undefined {
  const owner = listAt(object, 'metadata', 'ownerReferences').find((row) => isObject(row) && row.controller === true)
  return textAt(owner, 'uid')
}

/** Pods by slot, found through owners (Deployment, ReplicaSet, Pod) by uid, never by name. */
export function podsBySlot(scene: Scene): Readonly<Record<Slot, readonly JsonObject[]>> {
  const slotOfDeployment = new Map<string, Slot>()
  for (const slot of SLOTS) {
    const uid = textAt(scene.deployments[slot], 'metadata', 'uid')
    if (uid !== undefined) slotOfDeployment.set(uid, slot)
  }
  const slotOfSet = new Map<string, Slot>()
  for (const set of scene.replicaSets) {
    const slot = slotOfDeployment.get(controllerUid(set) ?? '')
    const uid = textAt(set, 'metadata', 'uid')
    const isNew = scene.oldHash !== undefined && textAt(set, 'metadata', 'labels', HASH_LABEL) !== scene.oldHash
    if (slot && uid !== undefined) slotOfSet.set(uid, slot === 'stable' && isNew ? 'canary' : slot)
  }
  const found: Record<Slot, Map<string, JsonObject>> = { stable: new Map(), canary: new Map(), previous: new Map() }
  for (const pod of scene.pods) {
    const slot = slotOfSet.get(controllerUid(pod) ?? '')
    // By uid: a pod may stand in two of the lists.
    if (slot) found[slot].set(textAt(pod, 'metadata', 'uid') ?? '', pod)
  }
  return {
    stable: [...found.stable.values()],
    canary: [...found.canary.values()],
    previous: [...found.previous.values()],
  }
}
