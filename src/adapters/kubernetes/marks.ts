/** Our annotations on objects that are not ours: taken off again when a deployment is over. */
import { type JsonObject, objectAt, withAt } from './json.ts'
import { PASSING_ANNOTATIONS, PIN_ANNOTATION } from './names.ts'

/** The object without our passing annotations; the same object when it carries none. */
export function withoutPassingAnnotations(object: JsonObject): JsonObject {
  return without(object, PASSING_ANNOTATIONS)
}

/** The object without the way back, but with the token that fences it. */
export function withoutPin(object: JsonObject): JsonObject {
  return without(object, [PIN_ANNOTATION])
}

function without(object: JsonObject, names: readonly string[]): JsonObject {
  const annotations = objectAt(object, 'metadata', 'annotations')
  const carried = names.filter((name) => Object.hasOwn(annotations, name))
  if (carried.length === 0) return object
  const left = Object.entries(annotations).filter(([name]) => !carried.some((mark) => mark === name))
  // The map goes with its last entry, so that the object is as it was before us.
  return withAt(object, ['metadata', 'annotations'], left.length === 0 ? undefined : Object.fromEntries(left))
}
