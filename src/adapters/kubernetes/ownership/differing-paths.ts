/** Where two JSON values differ, as paths that a person reads: `containers.api.env`. */
import { isObject, sameJson, textAt } from '../json.ts'

/** Told as one path, however much differs beneath it. */
const DEEPEST = 4

export function differingPaths(a: unknown, b: unknown, path: readonly string[] = []): readonly string[] {
  if (sameJson(a ?? null, b ?? null)) return []
  const [one, other] = [childrenOf(a), childrenOf(b)]
  if (!one || !other || path.length >= DEEPEST) return [path.join('.')]
  const keys = [...new Set([...one.keys(), ...other.keys()])]
  return keys.flatMap((key) => differingPaths(one.get(key), other.get(key), [...path, key]))
}

/** By key, or by name where the items of a list have names; undefined: a value that is compared as a whole. */
function childrenOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (isObject(value)) return new Map(Object.entries(value))
  if (!Array.isArray(value)) return undefined
  const names = value.map((item: unknown) => textAt(item, 'name'))
  if (names.some((name) => name === undefined)) return undefined
  return new Map(value.map((item: unknown, index) => [names[index] ?? '', item]))
}
