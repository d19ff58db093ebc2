/** Deletes what has lost its owners, and finishes deletions that waited for dependents or for a namespace to empty. */
import { deleteObject, dependentsOf, FOREGROUND } from '../api/delete-object.ts'
import type { ClusterContext } from '../cluster-context.ts'
import type { KubeObject, ResourceName } from '../store/kube-objects.ts'
import { resourceOf, resources } from '../store/resources.ts'

/** Starts to listen; returns what ends it. Everything it does happens within the write that caused it. */
export function collectGarbage(context: ClusterContext): () => void {
  const { store } = context
  return store.subscribe(({ type, resource, object }) => {
    if (type === 'DELETED') {
      orphaned(context, object)
      for (const owner of object.metadata.ownerReferences ?? []) finishForeground(context, owner.uid)
      finishNamespace(context, object.metadata.namespace)
    } else if (object.metadata.deletionTimestamp !== undefined) {
      if (object.metadata.finalizers?.includes(FOREGROUND)) {
        for (const [kind, dependent] of dependentsOf(context, object.metadata.uid)) {
          remove(context, kind, dependent, { propagationPolicy: 'Foreground' })
        }
        finishForeground(context, object.metadata.uid)
      }
      if (resource === 'namespaces') {
        emptyNamespace(context, object.metadata.name)
        finishNamespace(context, object.metadata.name)
      }
    }
  })
}

function remove(
  context: ClusterContext,
  resource: ResourceName,
  object: KubeObject,
  options: Parameters<typeof deleteObject>[3] = {},
): void {
  const current = context.store.get(resource, object.metadata.namespace, object.metadata.name)
  if (!current || current.metadata.uid !== object.metadata.uid || current.metadata.deletionTimestamp !== undefined)
    return
  deleteObject(context, resourceOf(resource), current, options)
}

function orphaned(context: ClusterContext, owner: KubeObject): void {
  for (const [resource, dependent] of dependentsOf(context, owner.metadata.uid)) {
    const others = (dependent.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid)
    if (!others.some(({ uid }) => findByUid(context, uid))) remove(context, resource, dependent)
  }
}

function findByUid({ store }: ClusterContext, uid: string): [ResourceName, KubeObject] | undefined {
  for (const { plural } of resources) {
    const found = store.list(plural).find((object) => object.metadata.uid === uid)
    if (found) return [plural, found]
  }
  return undefined
}

/** Takes the finalizer off an owner whose last dependent is gone; without finalizers it goes too. */
function finishForeground(context: ClusterContext, uid: string): void {
  if (dependentsOf(context, uid).length > 0) return
  const [resource, owner] = findByUid(context, uid) ?? []
  if (!resource || !owner?.metadata.finalizers?.includes(FOREGROUND)) return
  const finalizers = owner.metadata.finalizers.filter((finalizer) => finalizer !== FOREGROUND)
  if (finalizers.length === 0) context.store.remove(resource, owner.metadata.namespace, owner.metadata.name)
  else context.store.put(resource, { ...owner, metadata: { ...owner.metadata, finalizers } })
}

function contentsOf({ store }: ClusterContext, namespace: string): readonly [ResourceName, KubeObject][] {
  return resources
    .filter(({ namespaced }) => namespaced)
    .flatMap(({ plural }) =>
      store.list(plural, namespace).map((object): [ResourceName, KubeObject] => [plural, object]),
    )
}

function emptyNamespace(context: ClusterContext, namespace: string): void {
  for (const [resource, object] of contentsOf(context, namespace)) remove(context, resource, object)
}

function finishNamespace(context: ClusterContext, name: string | undefined): void {
  if (name === undefined) return
  const namespace = context.store.get('namespaces', undefined, name)
  if (!namespace || namespace.metadata.deletionTimestamp === undefined) return
  const left = contentsOf(context, name).filter(([resource]) => resource !== 'events')
  if (left.length > 0) return
  for (const event of context.store.list('events', name)) context.store.remove('events', name, event.metadata.name)
  if (context.store.get('namespaces', undefined, name)) context.store.remove('namespaces', undefined, name)
}
