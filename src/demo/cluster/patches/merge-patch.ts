/** JSON merge patch (RFC 7386): objects are merged, null removes, everything else (lists too) is replaced whole. */
import { isObject } from '../store/json.ts'

export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Record<string, unknown> = isObject(document) ? { ...document } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = applyMergePatch(result[key], value)
  }
  return result
}
