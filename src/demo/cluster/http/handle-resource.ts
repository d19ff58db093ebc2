/** The verbs on a resource: get, list, watch, create, update, patch, delete. */
import { createObject } from '../api/create-object.ts'
import { deleteObject } from '../api/delete-object.ts'
import { APPLY_TYPES, patchObject } from '../api/patch-object.ts'
import { scaleOf } from '../api/scale.ts'
import { readObject, updateObject } from '../api/update-object.ts'
import type { Subresource } from '../api/write-options.ts'
import type { ClusterContext } from '../cluster-context.ts'
import { ApiError, unknownPath } from '../store/api-error.ts'
import type { KubeObject } from '../store/object-meta.ts'
import { apiVersionOf } from '../store/resources.ts'
import { answerJson, type Exchange } from './exchange.ts'
import { deleteOptions, matcherOf, writeOptions } from './request-options.ts'
import type { ResourcePath } from './request-path.ts'
import { asTable, wantsMetadata, wantsTable } from './table.ts'
import { streamWatch } from './watch-stream.ts'

/** Answers the request; returns what ends a watch. Throws the ApiError that is to be answered. */
export function handleResource(
  context: ClusterContext,
  exchange: Exchange,
  path: ResourcePath,
): (() => void) | undefined {
  const { method, query } = exchange
  if (path.name === undefined) {
    if (method === 'GET' && query.get('watch') !== null && query.get('watch') !== 'false')
      return watch(context, exchange, path)
    if (method === 'GET') list(context, exchange, path)
    else if (method === 'POST') create(context, exchange, path)
    else if (method === 'DELETE') deleteAll(context, exchange, path)
    else throw notAllowed()
    return undefined
  }
  const { code, body } = handleOne(context, exchange, path, path.name)
  answerJson(exchange, code, body)
  return undefined
}

function notAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
}

function watch(context: ClusterContext, exchange: Exchange, { definition, namespace }: ResourcePath): () => void {
  const table = wantsTable(exchange.accept)
  return streamWatch(context, exchange, {
    definition,
    namespace,
    matches: matcherOf(exchange),
    write: (object) => (table ? asTable(context, definition, [object], object.metadata.resourceVersion) : object),
  })
}

function list(context: ClusterContext, exchange: Exchange, { definition, namespace }: ResourcePath): void {
  const matching = context.store.list(definition.plural, namespace).filter(matcherOf(exchange))
  const items = [...matching].sort(byName)
  const version = String(context.store.version())
  const kind = `${definition.kind}List`
  const plain = { kind, apiVersion: apiVersionOf(definition), metadata: { resourceVersion: version }, items }
  answerJson(exchange, 200, wantsTable(exchange.accept) ? asTable(context, definition, items, version) : plain)
}

/** Lists come in the order of their keys, as from etcd. */
function byName(a: KubeObject, b: KubeObject): number {
  const key = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name}`
  return key(a) < key(b) ? -1 : 1
}

function create(context: ClusterContext, exchange: Exchange, { definition, namespace }: ResourcePath): void {
  const options = writeOptions(definition, exchange)
  answerJson(exchange, 201, createObject(context, definition, namespace, exchange.body, options))
}

function deleteAll(context: ClusterContext, exchange: Exchange, { definition, namespace }: ResourcePath): void {
  const items = context.store.list(definition.plural, namespace).filter(matcherOf(exchange))
  const { dryRun } = writeOptions(definition, exchange)
  for (const object of items) deleteObject(context, definition, object, deleteOptions(exchange), dryRun)
  const metadata = { resourceVersion: String(context.store.version()) }
  answerJson(exchange, 200, { kind: `${definition.kind}List`, apiVersion: apiVersionOf(definition), metadata, items })
}

function subresourceOf({ definition, subresource }: ResourcePath): Subresource {
  if (subresource === undefined) return undefined
  if (subresource === 'status' && definition.hasStatus) return 'status'
  if (subresource === 'scale' && definition.hasScale) return 'scale'
  throw unknownPath()
}

interface Answer {
  readonly code: number
  readonly body: unknown
}

function handleOne(context: ClusterContext, exchange: Exchange, path: ResourcePath, name: string): Answer {
  const { definition, namespace } = path
  const { method, body, contentType } = exchange
  const subresource = subresourceOf(path)
  const read = () => readObject(context, definition, namespace, name)
  if (method === 'GET') return { code: 200, body: shown(context, exchange, path, read()) }
  if (method === 'PUT') {
    const options = writeOptions(definition, exchange)
    return { code: 200, body: updateObject(context, definition, read(), body, subresource, options) }
  }
  if (method === 'PATCH') {
    const existed = context.store.get(definition.plural, namespace, name) !== undefined
    const options = writeOptions(definition, exchange, APPLY_TYPES.includes(contentType))
    const target = { definition, namespace, name, subresource, contentType }
    return { code: existed ? 200 : 201, body: patchObject(context, target, body, options) }
  }
  if (method === 'DELETE' && subresource === undefined) return deleteOne(context, exchange, path, read())
  throw notAllowed()
}

function shown(context: ClusterContext, exchange: Exchange, path: ResourcePath, object: KubeObject): unknown {
  if (path.subresource === 'scale') return scaleOf(object)
  if (wantsMetadata(exchange.accept))
    return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
  if (!wantsTable(exchange.accept)) return object
  return asTable(context, path.definition, [object], object.metadata.resourceVersion)
}

function deleteOne(
  context: ClusterContext,
  exchange: Exchange,
  { definition }: ResourcePath,
  object: KubeObject,
): Answer {
  const { dryRun } = writeOptions(definition, exchange)
  const left = deleteObject(context, definition, object, deleteOptions(exchange), dryRun)
  // pods that go at once are answered as objects, everything else as a Status
  if (left || definition.plural === 'pods') return { code: 200, body: left ?? object }
  const { name, uid } = object.metadata
  const group = definition.group === '' ? {} : { group: definition.group }
  const details = { name, ...group, kind: definition.plural, uid }
  return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } }
}
