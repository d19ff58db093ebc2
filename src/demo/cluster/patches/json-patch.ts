/** JSON Patch (RFC 6902): add, remove, replace, move, copy and test on a JSON document. */
import { ApiError, badRequest } from '../store/api-error.ts'
import { isObject, sameJson } from '../store/json.ts'

interface Operation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

/** The patched copy of a document; throws 400 on a patch that is none and 422 on one that cannot be applied. */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  let result: unknown = structuredClone(document)
  for (const item of patch) result = applyOperation(result, parseOperation(item))
  return result
}

function parseOperation(item: unknown): Operation {
  if (!isObject(item) || typeof item.op !== 'string' || typeof item.path !== 'string') {
    throw badRequest('error decoding patch: an operation needs "op" and "path"')
  }
  const from = item.from
  return {
    op: item.op,
    path: item.path,
    ...(typeof from === 'string' ? { from } : {}),
    ...('value' in item ? { value: item.value } : {}),
  }
}

function applyOperation(document: unknown, { op, path, from = '', value }: Operation): unknown {
  switch (op) {
    case 'test':
      if (!sameJson(read(document, path, true) ?? null, value ?? null)) {
        throw refused(`testing value ${path} failed`)
      }
      return document
    case 'add':
      return write(document, path, value, 'add')
    case 'replace':
      return write(document, path, value, 'replace')
    case 'remove':
      return removeAt(document, path)
    case 'copy':
      return write(document, path, structuredClone(read(document, from)), 'add')
    case 'move': {
      const moved = read(document, from)
      return write(removeAt(document, from), path, moved, 'add')
    }
    default:
      throw refused(`unexpected kind: ${op}`)
  }
}

function refused(because: string): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    causes: [{ reason: 'UnexpectedServerResponse', message: because }],
  })
}

function tokens(path: string): string[] {
  if (path === '') return []
  if (!path.startsWith('/')) throw refused(`path must start with a slash: ${path}`)
  return path
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function read(document: unknown, path: string, absentAllowed = false): unknown {
  let at = document
  for (const token of tokens(path)) {
    const next: unknown = Array.isArray(at) ? at[indexOf(at, token)] : isObject(at) ? at[token] : undefined
    if (next === undefined && !absentAllowed) throw refused(`path does not exist: ${path}`)
    at = next
  }
  return at
}

function indexOf(list: readonly unknown[], token: string, end = list.length - 1): number {
  const index = token === '-' ? list.length : Number(token)
  if (!/^(-|0|[1-9]\d*)$/.test(token) || index > end) throw refused(`invalid array index: ${token}`)
  return index
}

function parentOf(document: unknown, path: string): { parent: unknown; last: string } {
  const cut = path.lastIndexOf('/')
  const last = tokens(path).at(-1) ?? ''
  return { parent: read(document, path.slice(0, cut)), last }
}

function write(document: unknown, path: string, value: unknown, mode: 'add' | 'replace'): unknown {
  if (path === '') return value
  const { parent, last } = parentOf(document, path)
  if (Array.isArray(parent)) {
    if (mode === 'add') parent.splice(indexOf(parent, last, parent.length), 0, value)
    else parent[indexOf(parent, last)] = value
    return document
  }
  if (!isObject(parent)) throw refused(`path does not exist: ${path}`)
  if (mode === 'replace' && !(last in parent)) throw refused(`replace operation does not apply: ${path} is missing`)
  Object.assign(parent, { [last]: value })
  return document
}

function removeAt(document: unknown, path: string): unknown {
  const { parent, last } = parentOf(document, path)
  if (Array.isArray(parent)) {
    parent.splice(indexOf(parent, last), 1)
    return document
  }
  if (!isObject(parent) || !(last in parent)) throw refused(`remove operation does not apply: ${path} is missing`)
  Reflect.deleteProperty(parent, last)
  return document
}
