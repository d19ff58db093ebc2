/** Careful narrowing of what arrives from outside: everything that crosses the wire is `unknown` until it passed here. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The field as a string, or undefined when it is absent or of another kind. */
export function stringField(object: JsonObject, name: string): string | undefined {
  const value = object[name]
  return typeof value === 'string' ? value : undefined
}

/** The field as an object, or undefined when it is absent or of another kind. */
export function objectField(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name]
  return isObject(value) ? value : undefined
}

/** The field as a list of objects; entries of another kind are left out, an absent field is an empty list. */
export function objectsField(object: JsonObject, name: string): readonly JsonObject[] {
  const value = object[name]
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** A flag as forms and JSON write it: true, 'true', 1 or '1'. */
export function flagField(object: JsonObject, name: string): boolean {
  const value = object[name]
  return value === true || value === 'true' || value === 1 || value === '1'
}

/** The parsed text, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
