/** DELETE: at once, gracefully (pods), or when finalizers and dependents are gone. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import { conflict } from '../store/api-error.ts'
import type { ResourceName } from '../store/kube-objects.ts'
import type { KubeObject } from '../store/object-meta.ts'
import type { Pod } from '../store/pod-objects.ts'
import { type ResourceDefinition, resourceOf, resources } from '../store/resources.ts'
import type { DeleteOptions } from './write-options.ts'

export const FOREGROUND = 'foregroundDeletion'

/** The object as it stands after the request, or undefined when it is gone already. Throws 409 on a failed precondition. */
export function deleteObject(
  context: ClusterContext,
  definition: ResourceDefinition,
  object: KubeObject,
  options: DeleteOptions = {},
  dryRun = false,
): KubeObject | undefined {
  checkPreconditions(definition, object, options)
  if (dryRun) return definition.plural === 'pods' ? object : undefined
  if (options.propagationPolicy === 'Orphan') orphanDependents(context, object)
  if (definition.plural === 'pods') return deletePod(context, object as Pod, options)
  const foreground = options.propagationPolicy === 'Foreground' && hasDependents(context, object)
  const finalizers = [...(object.metadata.finalizers ?? []), ...(foreground ? [FOREGROUND] : [])]
  if (finalizers.length > 0 || definition.plural === 'namespaces')
    return markDeleted(context, definition, object, finalizers)
  context.store.remove(definition.plural, object.metadata.namespace, object.metadata.name)
  return undefined
}

function checkPreconditions(
  definition: ResourceDefinition,
  object: KubeObject,
  { preconditions }: DeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions ?? {}
  if (uid !== undefined && uid !== object.metadata.uid) {
    const because = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid}`
    throw conflict(definition, object.metadata.name, because)
  }
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) {
    const because = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${object.metadata.resourceVersion}`
    throw conflict(definition, object.metadata.name, because)
  }
}

function markDeleted(
  { store, clock }: ClusterContext,
  definition: ResourceDefinition,
  object: KubeObject,
  finalizers: readonly string[],
): KubeObject {
  if (object.metadata.deletionTimestamp !== undefined) return object
  const deletionTimestamp = timestamp(clock.now())
  const metadata = {
    ...object.metadata,
    deletionTimestamp,
    deletionGracePeriodSeconds: 0,
    finalizers: [...new Set(finalizers)],
  }
  const status = definition.plural === 'namespaces' ? { status: { phase: 'Terminating' as const } } : {}
  return store.put(definition.plural, { ...object, ...status, metadata })
}

function deletePod({ store, clock }: ClusterContext, pod: Pod, options: DeleteOptions): KubeObject | undefined {
  const grace = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30
  const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
  if (grace <= 0 || pod.spec.nodeName === undefined || ended) {
    store.remove('pods', pod.metadata.namespace, pod.metadata.name)
    return undefined
  }
  const before = pod.metadata.deletionGracePeriodSeconds
  if (before !== undefined && before <= grace) return pod
  const deletionTimestamp = timestamp(clock.now() + grace * 1000)
  const metadata = { ...pod.metadata, deletionTimestamp, deletionGracePeriodSeconds: grace }
  return store.put('pods', { ...pod, metadata })
}

/** Everything that names this object as its owner. */
export function dependentsOf({ store }: ClusterContext, uid: string): readonly [ResourceName, KubeObject][] {
  return resources.flatMap(({ plural }) =>
    store.ownedBy(plural, uid).map((object): [ResourceName, KubeObject] => [plural, object]),
  )
}

function hasDependents(context: ClusterContext, object: KubeObject): boolean {
  return dependentsOf(context, object.metadata.uid).length > 0
}

function orphanDependents(context: ClusterContext, owner: KubeObject): void {
  for (const [resource, object] of dependentsOf(context, owner.metadata.uid)) {
    const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid)
    context.store.put(resourceOf(resource).plural, { ...object, metadata: { ...object.metadata, ownerReferences } })
  }
}
