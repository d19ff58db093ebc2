/** Versions of objects. The API server counts them up; since Kubernetes 1.35 clients may compare them. */
import { type JsonObject, textAt } from './json.ts'

/** Is `a` a later copy than `b`? True when either version is no number: then nothing is known, and the one that came last wins. */
export function isNewer(a: JsonObject, b: JsonObject): boolean {
  const [left, right] = [a, b].map((object) => textAt(object, 'metadata', 'resourceVersion') ?? '')
  if (!/^\d+$/.test(left ?? '') || !/^\d+$/.test(right ?? '')) return true
  return BigInt(left ?? 0) > BigInt(right ?? 0)
}
