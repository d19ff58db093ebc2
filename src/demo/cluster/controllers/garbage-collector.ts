/** Deletes what has lost its owners, and finishes deletions that waited for dependents or for a namespace to empty. */
import { deleteObject, dependentsOf, FOREGROUND } from '../api/delete-object.ts'
import type { ClusterContext } from '../cluster-context.ts'
import type { ResourceName } from '../store/kube-objects.ts'
import type { KubeObject, OwnerReference } from '../store/object-meta.ts'
import { resourceOf, resources } from '../store/resources.ts'

interface Found {
  readonly resource: ResourceName
  readonly object: KubeObject
}

/** Starts to listen; returns what ends it. Everything it does happens within the write that caused it. */
export function collectGarbage(context: ClusterContext): () => void {
  const { store } = context
  return store.subscribe(({ type, resource, object }) => {
    if (type === 'DELETED') {
      orphaned(context, object)
      for (const reference of object.metadata.ownerReferences ?? []) {
        finishForeground(context, ownerOf(context, object, reference))
      }
      finishNamespace(context, object.metadata.namespace)
    } else if (object.metadata.deletionTimestamp !== undefined) {
      if (object.metadata.finalizers?.includes(FOREGROUND)) {
        for (const [kind, dependent] of dependentsOf(context, object.metadata.uid)) {
          remove(context, kind, dependent, { propagationPolicy: 'Foreground' })
        }
        finishForeground(context, { resource, object })
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
    if (!others.some((other) => ownerOf(context, dependent, other))) remove(context, resource, dependent)
  }
}

/** The owner that a reference means, if it still is that one. */
function ownerOf({ store }: ClusterContext, dependent: KubeObject, reference: OwnerReference): Found | undefined {
  const definition = resources.find(({ kind }) => kind === reference.kind)
  if (!definition) return undefined
  const namespace = definition.namespaced ? dependent.metadata.namespace : undefined
  const object = store.get(definition.plural, namespace, reference.name)
  return object?.metadata.uid === reference.uid ? { resource: definition.plural, object } : undefined
}

/** Takes the finalizer off an owner whose last dependent is gone; without finalizers it goes too. */
function finishForeground(context: ClusterContext, found: Found | undefined): void {
  if (!found?.object.metadata.finalizers?.includes(FOREGROUND)) return
  const { resource, object: owner } = found
  if (dependentsOf(context, owner.metadata.uid).length > 0) return
  const finalizers = (owner.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FOREGROUND)
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
