/**
 * The fields of an object as paths, in the terms of `managedFields`: `f:spec`, `k:{"name":"api"}`, `v:"value"`.
 * A path is a list of such elements joined by a newline, which no element can hold.
 */
import { canonicalJson, isObject, type JsonObject } from '../store/json.ts'
import type { FieldsTree } from '../store/object-meta.ts'
import { ATOMIC_MAPS, applyKeysOf, SET_LISTS } from './list-keys.ts'

export type FieldPaths = ReadonlyMap<string, unknown>

const SEPARATOR = '\n'

/** Fields that nobody owns: identity, and what the server writes by itself. */
const UNOWNED = new Set([
  'apiVersion',
  'kind',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'metadata.resourceVersion',
  'metadata.generation',
  'metadata.creationTimestamp',
  'metadata.managedFields',
  'metadata.deletionTimestamp',
  'metadata.deletionGracePeriodSeconds',
])

/** Every leaf of an object with its value; `keyed` is false for custom resources, whose lists are one value. */
export function fieldPaths(object: unknown, keyed: boolean): FieldPaths {
  const found = new Map<string, unknown>()
  if (!isObject(object)) return found
  for (const [key, value] of Object.entries(object)) {
    if (UNOWNED.has(key) || value === undefined) continue
    if (key !== 'metadata' || !isObject(value)) {
      collect(found, [`f:${key}`], key, value, keyed)
      continue
    }
    for (const [field, inner] of Object.entries(value)) {
      if (UNOWNED.has(`metadata.${field}`) || inner === undefined) continue
      collect(found, ['f:metadata', `f:${field}`], field, inner, keyed)
    }
  }
  return found
}

function collect(found: Map<string, unknown>, path: readonly string[], name: string, value: unknown, keyed: boolean) {
  const children = isObject(value) ? Object.entries(value) : []
  if (children.length > 0 && !(keyed && ATOMIC_MAPS.has(name))) {
    for (const [key, child] of children) {
      if (child !== undefined) collect(found, [...path, `f:${key}`], key, child, keyed)
    }
    return
  }
  const keys = keyed && Array.isArray(value) ? applyKeysOf(name, value) : undefined
  if (keys && Array.isArray(value) && value.length > 0) {
    for (const item of value) {
      if (isObject(item)) collect(found, [...path, itemKey(item, keys)], '', item, keyed)
    }
    return
  }
  if (Array.isArray(value) && SET_LISTS.has(name)) {
    for (const item of value) found.set([...path, `v:${JSON.stringify(item)}`].join(SEPARATOR), item)
    return
  }
  found.set(path.join(SEPARATOR), value)
}

/** `k:{"containerPort":8080,"protocol":"TCP"}` of an item. */
export function itemKey(item: JsonObject, keys: readonly string[]): string {
  const wanted = keys.map((key) => [key, item[key] ?? (key === 'protocol' ? 'TCP' : null)])
  return `k:${canonicalJson(Object.fromEntries(wanted))}`
}

/** The paths as the nested tree of `fieldsV1`. */
export function treeOf(paths: Iterable<string>): FieldsTree {
  const root: Record<string, FieldsTree> = {}
  for (const path of paths) {
    let at: Record<string, FieldsTree> = root
    for (const element of path.split(SEPARATOR)) {
      const child: Record<string, FieldsTree> = { ...at[element] }
      at[element] = child
      at = child
    }
  }
  return root
}

/** The leaves of a `fieldsV1` tree. */
export function pathsOf(tree: FieldsTree, prefix: readonly string[] = []): string[] {
  return Object.entries(tree).flatMap(([element, child]) => {
    const path = [...prefix, element]
    if (element === '.') return []
    return Object.keys(child).length === 0 ? [path.join(SEPARATOR)] : pathsOf(child, path)
  })
}

/** `.spec.template.spec.containers[name="api"].image`: a path in the words of a conflict message. */
export function readablePath(path: string): string {
  return path
    .split(SEPARATOR)
    .map((element) => {
      if (element.startsWith('f:')) return `.${element.slice(2)}`
      if (element.startsWith('v:')) return `[=${element.slice(2)}]`
      const parsed: unknown = JSON.parse(element.slice(2))
      const keys = isObject(parsed) ? Object.entries(parsed) : []
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
    })
    .join('')
}

/** A copy of the object without one leaf; list items and maps that the leaf leaves empty go too. */
export function removePath(object: unknown, path: string): unknown {
  return removeElements(object, path.split(SEPARATOR))
}

function removeElements(value: unknown, [element = '', ...rest]: readonly string[]): unknown {
  if (Array.isArray(value)) {
    if (element.startsWith('v:')) return value.filter((item) => JSON.stringify(item) !== element.slice(2))
    return value.flatMap((item): unknown[] => {
      if (!isObject(item) || !matchesKey(item, element)) return [item]
      const left = rest.length === 0 ? {} : removeElements(item, rest)
      const keys = Object.keys(JSON.parse(element.slice(2)) as object)
      return isObject(left) && Object.keys(left).some((key) => !keys.includes(key)) ? [left] : []
    })
  }
  const key = element.slice(2)
  if (!isObject(value) || !(key in value)) return value
  const result: Record<string, unknown> = { ...value }
  const left = rest.length === 0 ? undefined : removeElements(value[key], rest)
  if (left === undefined || (Array.isArray(left) ? left.length : isObject(left) ? Object.keys(left).length : 1) === 0) {
    delete result[key]
  } else result[key] = left
  return result
}

function matchesKey(item: JsonObject, element: string): boolean {
  if (!element.startsWith('k:')) return false
  const wanted: unknown = JSON.parse(element.slice(2))
  return isObject(wanted) && itemKey(item, Object.keys(wanted)) === `k:${canonicalJson(wanted)}`
}
