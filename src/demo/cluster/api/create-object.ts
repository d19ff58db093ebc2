/** POST: a new object of a resource. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import { ownershipAfterUpdate } from '../patches/managed-fields.ts'
import { alreadyExists, badRequest, forbidden, notFound } from '../store/api-error.ts'
import { isObject, type JsonObject, without } from '../store/json.ts'
import type { KubeObject, ManagedFieldsEntry } from '../store/object-meta.ts'
import { type ResourceDefinition, resourceOf } from '../store/resources.ts'
import { withDefaults } from '../validation/defaults.ts'
import { validate } from '../validation/validate.ts'
import { admitByQuota } from './admit-by-quota.ts'
import { asKubeObject, parseBody } from './parse-object.ts'
import type { WriteOptions } from './write-options.ts'

type Ownership = (after: KubeObject) => readonly ManagedFieldsEntry[]

/** Throws 400, 403, 404 (namespace), 409 (name taken) or 422; the stored (or, on a dry run, would-be) object comes back. */
export function createObject(
  context: ClusterContext,
  definition: ResourceDefinition,
  namespace: string | undefined,
  body: unknown,
  options: WriteOptions,
  ownership?: Ownership,
): KubeObject {
  const { store, clock } = context
  const parsed = parseBody(definition, body)
  const metadata = newMetadata(context, definition, namespace, parsed)
  const defaulted = withCreationState(context, definition, withDefaults(definition.plural, { ...parsed, metadata }))
  validate(definition, defaulted)
  if (namespace !== undefined) checkNamespace(context, definition, namespace, metadata.name)
  if (store.get(definition.plural, namespace, metadata.name)) throw alreadyExists(definition, metadata.name)
  const object = asKubeObject(definition, defaulted)
  admitByQuota(context, definition, object)
  const writer = { manager: options.fieldManager, operation: 'Update' as const, time: timestamp(clock.now()) }
  const managedFields = ownership?.(object) ?? ownershipAfterUpdate(undefined, object, writer, !definition.custom)
  const complete = { ...object, metadata: { ...object.metadata, managedFields } }
  return options.dryRun ? complete : store.put(definition.plural, complete)
}

function newMetadata(
  { clock, names }: ClusterContext,
  definition: ResourceDefinition,
  namespace: string | undefined,
  parsed: JsonObject,
): JsonObject & { readonly name: string } {
  const given = isObject(parsed.metadata) ? parsed.metadata : {}
  if (given.namespace !== undefined && given.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (given.resourceVersion !== undefined && given.resourceVersion !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created')
  }
  const prefix = given.generateName
  const named = typeof given.name === 'string' ? given.name : ''
  const drawn = named === '' && typeof prefix === 'string' ? `${prefix}${names.suffix(5)}` : named
  return {
    ...without(given, 'managedFields', 'deletionTimestamp', 'generation', 'selfLink', 'resourceVersion'),
    name: drawn,
    ...(namespace === undefined ? {} : { namespace }),
    uid: names.uid(),
    creationTimestamp: timestamp(clock.now()),
    ...(definition.generation === undefined ? {} : { generation: 1 }),
  }
}

/** What a new object starts with whatever the client sent. */
function withCreationState(context: ClusterContext, definition: ResourceDefinition, object: JsonObject): JsonObject {
  const plain = definition.hasStatus ? without(object, 'status') : object
  const spec = isObject(plain.spec) ? plain.spec : {}
  if (definition.plural === 'namespaces') {
    const metadata = isObject(plain.metadata) ? plain.metadata : {}
    const labels = isObject(metadata.labels) ? metadata.labels : {}
    const named = { ...labels, 'kubernetes.io/metadata.name': metadata.name }
    return { ...plain, metadata: { ...metadata, labels: named }, status: { phase: 'Active' } }
  }
  if (definition.plural === 'pods') return { ...plain, status: { phase: 'Pending', qosClass: 'Burstable' } }
  if (definition.plural === 'nodes') return object
  if (definition.plural !== 'services') {
    const counted = definition.plural === 'replicasets' ? { status: { replicas: 0 } } : {}
    return definition.hasStatus && !definition.custom ? { ...plain, status: {}, ...counted } : plain
  }
  const addressed = spec.type !== 'ExternalName' && spec.clusterIP === undefined
  const clusterIP = `10.96.${context.names.below(250) + 1}.${context.names.below(250) + 1}`
  const address = addressed ? { clusterIP, clusterIPs: [clusterIP] } : {}
  return { ...plain, spec: { ...spec, ...address }, status: { loadBalancer: {} } }
}

function checkNamespace(context: ClusterContext, definition: ResourceDefinition, namespace: string, name: string) {
  const found = context.store.get('namespaces', undefined, namespace)
  if (!found) throw notFound(resourceOf('namespaces'), namespace)
  if (found.metadata.deletionTimestamp === undefined || definition.plural === 'events') return
  throw forbidden(
    definition,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  )
}
