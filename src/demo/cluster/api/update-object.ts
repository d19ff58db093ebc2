/** PUT, and the end of every PATCH: an object replaced by a candidate, under the rules of its resource. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import { ownershipAfterUpdate } from '../patches/managed-fields.ts'
import { badRequest, conflict, invalid, notFound, STALE } from '../store/api-error.ts'
import { isObject, type JsonObject, sameJson, without } from '../store/json.ts'
import type { KubeObject, ManagedFieldsEntry } from '../store/object-meta.ts'
import type { ResourceDefinition } from '../store/resources.ts'
import { withDefaults } from '../validation/defaults.ts'
import { validate } from '../validation/validate.ts'
import { asKubeObject, parseBody } from './parse-object.ts'
import { fromScale, scaleOf } from './scale.ts'
import type { Subresource, WriteOptions } from './write-options.ts'

type Ownership = (after: KubeObject) => readonly ManagedFieldsEntry[]

/** Throws 404 when there is none of that name. */
export function readObject(
  { store }: ClusterContext,
  definition: ResourceDefinition,
  namespace: string | undefined,
  name: string,
): KubeObject {
  const found = store.get(definition.plural, namespace, name)
  if (!found) throw notFound(definition, name)
  return found
}

/** PUT. Throws 400, 404, 409 (stale resourceVersion) or 422. */
export function updateObject(
  context: ClusterContext,
  definition: ResourceDefinition,
  old: KubeObject,
  body: unknown,
  subresource: Subresource,
  options: WriteOptions,
): KubeObject {
  if (subresource === 'scale')
    return scaleOf(replaceObject(context, definition, old, fromScale(old, body), 'scale', options))
  const parsed = parseBody(definition, body)
  const version = isObject(parsed.metadata) ? parsed.metadata.resourceVersion : undefined
  if ((version === undefined || version === '') && !definition.unconditionalUpdate) {
    const message = 'Invalid value: 0: must be specified for an update'
    throw invalid(definition, old.metadata.name, [{ field: 'metadata.resourceVersion', type: 'Invalid', message }])
  }
  return replaceObject(context, definition, old, parsed, subresource, options)
}

/** Replaces `old` by a candidate that may miss what the server keeps; an unchanged object keeps its version. */
export function replaceObject(
  context: ClusterContext,
  definition: ResourceDefinition,
  old: KubeObject,
  candidate: JsonObject,
  subresource: Subresource,
  options: WriteOptions,
  ownership?: Ownership,
): KubeObject {
  const { store, clock } = context
  const metadata = keptMetadata(definition, old, candidate)
  const wanted =
    subresource === 'status'
      ? { ...old, status: candidate.status }
      : {
          ...withDefaults(definition.plural, candidate),
          metadata,
          ...(definition.hasStatus ? { status: old.status } : {}),
        }
  const object = asKubeObject(definition, wanted)
  if (subresource !== 'status') validate(definition, object, old)
  const changed = !sameJson(plain(old), plain(object))
  const generation = generationAfter(definition, old, object)
  const writer = {
    manager: options.fieldManager,
    operation: 'Update' as const,
    time: timestamp(clock.now()),
    ...(subresource === undefined ? {} : { subresource }),
  }
  const managedFields =
    ownership?.(object) ??
    (changed ? ownershipAfterUpdate(old, object, writer, !definition.custom) : (old.metadata.managedFields ?? []))
  if (!changed && sameOwners(managedFields, old.metadata.managedFields ?? [])) return old
  const complete = {
    ...object,
    metadata: { ...object.metadata, managedFields, ...(generation === undefined ? {} : { generation }) },
  }
  if (options.dryRun) return complete
  const stored = store.put(definition.plural, complete)
  if (stored.metadata.deletionTimestamp !== undefined && isReleased(old, stored)) {
    store.remove(definition.plural, stored.metadata.namespace, stored.metadata.name)
  }
  return stored
}

/** The last finalizer of an object that is being deleted is gone. */
function isReleased(old: KubeObject, stored: KubeObject): boolean {
  return (old.metadata.finalizers ?? []).length > 0 && (stored.metadata.finalizers ?? []).length === 0
}

function sameOwners(a: readonly ManagedFieldsEntry[], b: readonly ManagedFieldsEntry[]): boolean {
  return sameJson(
    a.map((entry) => without(entry, 'time')),
    b.map((entry) => without(entry, 'time')),
  )
}

/** The object without the server's own book-keeping. */
function plain(object: KubeObject): JsonObject {
  return { ...object, metadata: without(object.metadata, 'managedFields', 'resourceVersion', 'generation') }
}

function keptMetadata(definition: ResourceDefinition, old: KubeObject, candidate: JsonObject): JsonObject {
  const given = isObject(candidate.metadata) ? candidate.metadata : {}
  const { name = old.metadata.name, namespace = old.metadata.namespace, resourceVersion } = given
  if (name !== old.metadata.name) {
    throw badRequest(
      `the name of the object (${String(name)}) does not match the name on the URL (${old.metadata.name})`,
    )
  }
  if (namespace !== old.metadata.namespace) {
    throw badRequest(
      `the namespace of the object (${String(namespace)}) does not match the namespace on the request (${old.metadata.namespace ?? ''})`,
    )
  }
  const stale =
    resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== old.metadata.resourceVersion
  if (stale) throw conflict(definition, old.metadata.name, STALE)
  if (given.uid !== undefined && given.uid !== '' && given.uid !== old.metadata.uid) {
    const because = `Precondition failed: UID in precondition: ${String(given.uid)}, UID in object meta: ${old.metadata.uid}`
    throw conflict(definition, old.metadata.name, because)
  }
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, managedFields } =
    old.metadata
  const kept = { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, managedFields }
  const present = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined))
  return {
    ...without(given, 'selfLink'),
    ...present,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    resourceVersion: old.metadata.resourceVersion,
  }
}

function generationAfter(definition: ResourceDefinition, old: KubeObject, object: KubeObject): number | undefined {
  const before = old.metadata.generation ?? 1
  if (definition.generation === undefined) return undefined
  const differs = {
    spec: () => !sameJson(old.spec, object.spec),
    'spec-or-annotations': () =>
      !sameJson(old.spec, object.spec) || !sameJson(old.metadata.annotations ?? {}, object.metadata.annotations ?? {}),
    'all-but-status': () => !sameJson(without(old, 'metadata', 'status'), without(object, 'metadata', 'status')),
  }[definition.generation]()
  return differs ? before + 1 : before
}
