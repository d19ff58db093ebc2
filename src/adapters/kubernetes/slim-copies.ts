/** What a watch keeps of each kind. Edits start from these copies, so of kinds that we write all but managedFields is kept. */
import { isObject, type JsonObject, listAt, objectAt } from './json.ts'
import { REVISION_OF_TEMPLATE } from './names.ts'

function withoutManagedFields(object: JsonObject): JsonObject {
  const { managedFields: _, ...metadata } = objectAt(object, 'metadata')
  return { ...object, metadata }
}

function only(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => keys.includes(key)))
}

const IDENTITY = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'ownerReferences',
  'labels',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]
const HEALTH = ['podIP', 'phase', 'reason', 'conditions', 'initContainerStatuses', 'containerStatuses']

/** Owners, names of the containers, address, health. */
function slimPod(pod: JsonObject): JsonObject {
  const containers = listAt(pod, 'spec', 'containers').filter(isObject)
  return {
    metadata: only(objectAt(pod, 'metadata'), IDENTITY),
    spec: { containers: containers.map((container) => only(container, ['name'])) },
    status: only(objectAt(pod, 'status'), HEALTH),
  }
}

/** They only join pods to Deployments, and to the present template. */
function slimSet(set: JsonObject): JsonObject {
  const annotations = only(objectAt(set, 'metadata', 'annotations'), [REVISION_OF_TEMPLATE])
  return { metadata: { ...only(objectAt(set, 'metadata'), IDENTITY), annotations } }
}

const SLIMMED: Readonly<Record<string, (object: JsonObject) => JsonObject>> = {
  pods: slimPod,
  replicasets: slimSet,
}

export function slimCopy(resource: string, object: JsonObject): JsonObject {
  return (SLIMMED[resource] ?? withoutManagedFields)(object)
}
