/** The border where a request's body becomes an object of a resource. */
import { badRequest, invalid } from '../store/api-error.ts'
import { isObject, type JsonObject } from '../store/json.ts'
import type { KubeObject, ObjectMeta } from '../store/object-meta.ts'
import { apiVersionOf, type ResourceDefinition } from '../store/resources.ts'

/** Throws 400 when the body is no object of this resource. */
export function parseBody(definition: ResourceDefinition, body: unknown): JsonObject {
  if (!isObject(body)) throw badRequest('the request body must be a JSON object')
  const { kind = definition.kind, apiVersion = apiVersionOf(definition), metadata = {} } = body
  if (kind !== definition.kind || apiVersion !== apiVersionOf(definition)) {
    const given = `${String(kind)}.${String(apiVersion)}`
    throw badRequest(
      `the object provided is unrecognized (must be of type ${definition.kind}): ${given} is not ${definition.kind}.${apiVersionOf(definition)}`,
    )
  }
  if (!isObject(metadata)) throw badRequest('metadata must be an object')
  checkTypes(definition, body)
  return { ...body, kind, apiVersion, metadata: dropNulls(metadata) }
}

function dropNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined))
}

function checkTypes(definition: ResourceDefinition, body: JsonObject): void {
  const spec = body.spec
  if (spec !== undefined && spec !== null && !isObject(spec)) {
    throw badRequest(`${definition.kind} in version "${definition.version}" cannot be handled: spec must be an object`)
  }
}

/** The typed view of a body that has passed validation and carries its whole metadata. */
export function asKubeObject(definition: ResourceDefinition, body: JsonObject): KubeObject {
  const { metadata } = body
  if (!isMeta(metadata)) {
    throw invalid(definition, '', [{ field: 'metadata', type: 'Required', message: 'Required value' }])
  }
  return { ...body, apiVersion: apiVersionOf(definition), kind: definition.kind, metadata }
}

function isMeta(metadata: unknown): metadata is ObjectMeta {
  return isObject(metadata) && ['name', 'uid', 'creationTimestamp'].every((key) => typeof metadata[key] === 'string')
}
