/** PATCH in its four makes. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import { applyJsonPatch } from '../patches/json-patch.ts'
import { ownershipAfterApply } from '../patches/managed-fields.ts'
import { applyMergePatch } from '../patches/merge-patch.ts'
import { serverSideApply } from '../patches/server-side-apply.ts'
import { applyStrategicMergePatch } from '../patches/strategic-merge-patch.ts'
import { ApiError, badRequest, notFound } from '../store/api-error.ts'
import { isObject, type JsonObject } from '../store/json.ts'
import type { KubeObject } from '../store/object-meta.ts'
import type { ResourceDefinition } from '../store/resources.ts'
import { createObject } from './create-object.ts'
import { parseBody } from './parse-object.ts'
import { fromScale, scaleOf } from './scale.ts'
import { replaceObject } from './update-object.ts'
import type { Subresource, WriteOptions } from './write-options.ts'

const JSON_PATCH = 'application/json-patch+json'
const MERGE_PATCH = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
export const APPLY_TYPES: readonly string[] = ['application/apply-patch+yaml', 'application/apply-patch+cbor']

/** Everything that a patch names beside its body. */
export interface PatchTarget {
  readonly definition: ResourceDefinition
  readonly namespace: string | undefined
  readonly name: string
  readonly subresource: Subresource
  readonly contentType: string
}

/**
 * Throws 404 (unless server-side apply creates it), 409 (resourceVersion in the patch, apply conflicts), 415 (patch type
 * not served for this resource) and 422.
 */
export function patchObject(context: ClusterContext, target: PatchTarget, body: unknown, options: WriteOptions) {
  const { definition, namespace, name, subresource } = target
  checkType(target)
  const old = context.store.get(definition.plural, namespace, name)
  if (APPLY_TYPES.includes(target.contentType)) return applyObject(context, target, old, body, options)
  if (!old) throw notFound(definition, name)
  const before = subresource === 'scale' ? scaleOf(old) : old
  const patched = patchedBody(before, target.contentType, body)
  if (subresource === 'scale') {
    return scaleOf(replaceObject(context, definition, old, fromScale(old, patched), 'scale', options))
  }
  return replaceObject(context, definition, old, parseBody(definition, patched), subresource, options)
}

function checkType({ definition, contentType }: PatchTarget): void {
  const served = definition.custom
    ? [JSON_PATCH, MERGE_PATCH, ...APPLY_TYPES]
    : [JSON_PATCH, MERGE_PATCH, STRATEGIC, ...APPLY_TYPES]
  if (served.includes(contentType)) return
  throw new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${served.join(', ')}`,
  )
}

function patchedBody(before: KubeObject, contentType: string, body: unknown): unknown {
  if (contentType === JSON_PATCH) return applyJsonPatch(before, body)
  if (!isObject(body)) throw badRequest('json: cannot unmarshal array into Go value of type map[string]interface {}')
  return contentType === MERGE_PATCH ? applyMergePatch(before, body) : applyStrategicMergePatch(before, body)
}

function applyObject(
  context: ClusterContext,
  { definition, namespace, name, subresource }: PatchTarget,
  old: KubeObject | undefined,
  body: unknown,
  options: WriteOptions,
): KubeObject {
  if (options.fieldManager === '')
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    )
  const config = parseApplied(definition, name, body)
  const writer = { manager: options.fieldManager, operation: 'Apply' as const, time: timestamp(context.clock.now()) }
  const keyed = !definition.custom
  const { object, applied, taken } = serverSideApply(old, config, writer, { force: options.force, keyed })
  const ownership = (after: KubeObject) => ownershipAfterApply(old, after, writer, applied, taken, keyed)
  const candidate = parseBody(definition, object)
  if (!old) return createObject(context, definition, namespace, candidate, options, ownership)
  return replaceObject(context, definition, old, candidate, subresource, options, ownership)
}

function parseApplied(definition: ResourceDefinition, name: string, body: unknown): JsonObject {
  const config = parseBody(definition, body)
  const metadata = isObject(config.metadata) ? config.metadata : {}
  if (metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil')
  if (metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(`the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`)
  }
  return { ...config, metadata: { ...metadata, name } }
}
