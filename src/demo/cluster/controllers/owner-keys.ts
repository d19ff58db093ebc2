/** Who controls an object. */
import type { KubeObject, OwnerReference } from '../store/object-meta.ts'
import type { ObjectKey } from './reconciler.ts'

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true)
}

/** The key of the controlling owner when it is of that kind. */
export function ownerKeys(object: KubeObject, kind: string): readonly ObjectKey[] {
  const owner = controllerOf(object)
  return owner?.kind === kind ? [{ namespace: object.metadata.namespace, name: owner.name }] : []
}

export function controlledBy(owner: KubeObject): readonly OwnerReference[] {
  return [
    {
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      name: owner.metadata.name,
      uid: owner.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ]
}
