/** The smallest JSON merge patch (RFC 7396) that turns one object into another. */
import { isObject, type JsonObject, sameJson } from './json.ts'

/**
 * What differs: changed and added values, null for keys that go, lists whole. Undefined when nothing differs.
 * A key that holds null or undefined counts as absent: merge patches cannot say otherwise.
 */
export function mergeDiff(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const diff: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const before = from[key] ?? undefined
    const after = to[key] ?? undefined
    if (sameJson(before, after)) continue
    if (after === undefined) diff[key] = null
    else if (isObject(before) && isObject(after)) {
      const inner = mergeDiff(before, after)
      if (inner) diff[key] = inner
    } else diff[key] = after
  }
  return Object.keys(diff).length > 0 ? diff : undefined
}
