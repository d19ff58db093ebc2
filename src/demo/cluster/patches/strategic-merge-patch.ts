/**
 * Kubernetes' strategic merge patch: a merge patch that knows which lists are keyed (containers by name and so on), and
 * the directives `$patch`, `$retainKeys`, `$setElementOrder/...` and `$deleteFromPrimitiveList/...`.
 */
import { isObject, type JsonObject, sameJson } from '../store/json.ts'
import { mergeKeyOf, SET_LISTS } from './list-keys.ts'

const ORDER = '$setElementOrder/'
const DELETE_FROM = '$deleteFromPrimitiveList/'

export function applyStrategicMergePatch(document: unknown, patch: unknown): unknown {
  return isObject(patch) ? mergeObject(isObject(document) ? document : {}, patch) : patch
}

function mergeObject(original: JsonObject, patch: JsonObject): JsonObject {
  const directive = patch.$patch
  if (directive === 'delete') return {}
  const base = directive === 'replace' ? {} : retained(original, patch.$retainKeys)
  const result: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue
    if (value === null) delete result[key]
    else if (Array.isArray(value)) result[key] = mergeList(key, result[key], value, patch[`${ORDER}${key}`])
    else if (isObject(value)) result[key] = mergeObject(asObject(result[key]), value)
    else result[key] = value
  }
  return withDirectives(result, patch)
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function retained(original: JsonObject, keys: unknown): JsonObject {
  if (!Array.isArray(keys)) return original
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)))
}

/** What `$deleteFromPrimitiveList/x` and an order without a list of its own do. */
function withDirectives(result: Record<string, unknown>, patch: JsonObject): JsonObject {
  for (const [key, value] of Object.entries(patch)) {
    if (!Array.isArray(value)) continue
    const listName = key.slice(key.indexOf('/') + 1)
    const list = result[listName]
    if (!Array.isArray(list)) continue
    if (key.startsWith(DELETE_FROM)) result[listName] = list.filter((item) => !value.includes(item))
    else if (key.startsWith(ORDER)) result[listName] = ordered(listName, list, value)
  }
  return result
}

function mergeList(name: string, original: unknown, patch: readonly unknown[], order: unknown): unknown[] {
  const before: readonly unknown[] = Array.isArray(original) ? original : []
  if (SET_LISTS.has(name)) return [...before, ...patch.filter((item) => !before.includes(item))]
  const key = mergeKeyOf(name, [...before, ...patch])
  const replaces = patch.some((item) => isObject(item) && item.$patch === 'replace')
  if (key === undefined || replaces) return patch.filter((item) => !(isObject(item) && item.$patch === 'replace'))
  const result = [...before]
  for (const item of patch) mergeItem(result, key, item)
  return Array.isArray(order) ? ordered(name, result, order) : result
}

function mergeItem(list: unknown[], key: string, item: unknown): void {
  if (!isObject(item)) return
  const at = list.findIndex((other) => isObject(other) && sameJson(other[key], item[key]))
  if (item.$patch === 'delete') {
    if (at >= 0) list.splice(at, 1)
  } else if (at >= 0) list[at] = mergeObject(asObject(list[at]), item)
  else list.push(mergeObject({}, item))
}

/** Items in the order the client asked for; those it did not name come after, as they stood. */
function ordered(name: string, list: readonly unknown[], order: readonly unknown[]): unknown[] {
  const key = mergeKeyOf(name, list)
  const rank = (item: unknown) => {
    const at = order.findIndex((wanted) =>
      key !== undefined && isObject(wanted) && isObject(item)
        ? sameJson(wanted[key], item[key])
        : sameJson(wanted, item),
    )
    return at < 0 ? order.length : at
  }
  return list
    .map((item, index) => ({ item, index, rank: rank(item) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ item }) => item)
}
