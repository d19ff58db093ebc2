/** The verbs on a resource: get, list, watch, create, update, patch, delete. */
import { createObject } from '../api/create-object.ts'
import { deleteObject } from '../api/delete-object.ts'
import { APPLY_TYPES, patchObject } from '../api/patch-object.ts'
import { scaleOf } from '../api/scale.ts'
import { readObject, updateObject } from '../api/update-object.ts'
import type { Subresource } from '../api/write-options.ts'
import type { ClusterContext } from '../cluster-context.ts'
import { ApiError, unknownPath } from '../store/api-error.ts'
import type { KubeObject } from '../store/kube-objects.ts'
import { apiVersionOf } from '../store/resources.ts'
import { answerJson, type Exchange } from './exchange.ts'
import { deleteOptions, matcherOf, writeOptions } from './request-options.ts'
import type { ResourcePath } from './request-path.ts'
import { asTable, wantsTable } from './table.ts'
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
  handleOne(context, exchange, path, path.name)
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
  const items = context.store.list(definition.plural, namespace).filter(matcherOf(exchange))
  const version = String(context.store.version())
  if (wantsTable(exchange.accept)) return answerJson(exchange, 200, asTable(context, definition, items, version))
  const apiVersion = apiVersionOf(definition)
  const metadata = { resourceVersion: version }
  answerJson(exchange, 200, { kind: `${definition.kind}List`, apiVersion, metadata, items })
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

function handleOne(context: ClusterContext, exchange: Exchange, path: ResourcePath, name: string): void {
  const { definition, namespace } = path
  const { method, body, contentType } = exchange
  const subresource = subresourceOf(path)
  const answer = (object: KubeObject, code = 200) => answerJson(exchange, code, object)
  const read = () => readObject(context, definition, namespace, name)
  if (method === 'GET') {
    const object = read()
    if (subresource === 'scale') return answer(scaleOf(object))
    if (!wantsTable(exchange.accept)) return answer(object)
    return answerJson(exchange, 200, asTable(context, definition, [object], object.metadata.resourceVersion))
  }
  if (method === 'PUT') {
    const options = writeOptions(definition, exchange)
    return answer(updateObject(context, definition, read(), body, subresource, options))
  }
  if (method === 'PATCH') {
    const existed = context.store.get(definition.plural, namespace, name) !== undefined
    const options = writeOptions(definition, exchange, APPLY_TYPES.includes(contentType))
    const target = { definition, namespace, name, subresource, contentType }
    return answer(patchObject(context, target, body, options), existed ? 200 : 201)
  }
  if (method !== 'DELETE' || subresource !== undefined) throw notAllowed()
  const { dryRun } = writeOptions(definition, exchange)
  const object = read()
  const left = deleteObject(context, definition, object, deleteOptions(exchange), dryRun)
  if (left) return answer(left)
  // pods that go at once are answered as objects, everything else as a Status
  if (definition.plural === 'pods') return answer(object)
  const details = {
    name,
    ...(definition.group === '' ? {} : { group: definition.group }),
    kind: definition.plural,
    uid: object.metadata.uid,
  }
  answerJson(exchange, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details })
}
