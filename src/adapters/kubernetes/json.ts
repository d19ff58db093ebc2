/** JSON from the API server, narrowed where it is used: what we do not know is kept, what is absent is said to be absent. */

export type JsonObject = Readonly<Record<string, unknown>>
type Key = string | number

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path of keys and indices; undefined where the path ends early. */
export function at(value: unknown, ...path: readonly Key[]): unknown {
  let found: unknown = value
  for (const key of path) {
    if (Array.isArray(found) && typeof key === 'number') found = found[key]
    else if (isObject(found) && Object.hasOwn(found, key)) found = found[key]
    else return undefined
  }
  return found
}

/** The object at a path; an empty one when there is none. */
export function objectAt(value: unknown, ...path: readonly Key[]): JsonObject {
  const found = at(value, ...path)
  return isObject(found) ? found : {}
}

/** The list at a path; an empty one when there is none. */
export function listAt(value: unknown, ...path: readonly Key[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** The text at a path; undefined when there is none, or it is empty. */
export function textAt(value: unknown, ...path: readonly Key[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** The number at a path; undefined when there is none. */
export function numberAt(value: unknown, ...path: readonly Key[]): number | undefined {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : undefined
}

/** The number of a status: absent means 0 in Kubernetes. */
export function countAt(value: unknown, ...path: readonly Key[]): number {
  return numberAt(value, ...path) ?? 0
}

/** Labels, annotations, selectors: the entries at a path whose values are text. */
export function textMapAt(value: unknown, ...path: readonly Key[]): Readonly<Record<string, string>> {
  const entries = Object.entries(objectAt(value, ...path))
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/** A copy with another value at a path, objects made on the way; `undefined` takes the key out. */
export function withAt(value: JsonObject, path: readonly string[], replacement: unknown): JsonObject {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (rest.length > 0) return { ...value, [key]: withAt(objectAt(value, key), rest, replacement) }
  if (replacement !== undefined) return { ...value, [key]: replacement }
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
}

/** Same JSON, whatever the order of keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => sameJson(a[key], b[key]))
}
