/** Who wrote a field last, by `metadata.managedFields`. */
import type { FieldWriter } from '../../../playbook/foreign-change.ts'
import { isObject, type JsonObject, listAt, objectAt, textAt } from '../json.ts'
import { FIELD_MANAGER } from '../names.ts'

export interface WrittenBy {
  /** We own it: the last one to write it was a worker of ours. */
  readonly ours: boolean
  /** Of the others who own it, the last; null when there is none. */
  readonly writer: FieldWriter | null
}

/** `path` in the terms of managedFields: `f:spec`, `k:{"name":"api"}`. Who owns something within it counts as well. */
export function writtenBy(object: JsonObject | null, path: readonly string[]): WrittenBy {
  const owners = listAt(object, 'metadata', 'managedFields')
    .filter(isObject)
    .filter((entry) => textAt(entry, 'subresource') !== 'status' && owns(objectAt(entry, 'fieldsV1'), path))
  const others = owners
    .filter((entry) => textAt(entry, 'manager') !== FIELD_MANAGER)
    .map(writerOf)
    .sort((a, b) => (b.at ?? 0) - (a.at ?? 0))
  return { ours: others.length < owners.length, writer: others[0] ?? null }
}

/** A leaf on the way stands for all beneath it: lists and maps that are one value. */
function owns(fields: JsonObject, path: readonly string[]): boolean {
  let found = fields
  for (const key of path) {
    const next = found[key]
    if (!isObject(next)) return false
    found = next
    if (Object.keys(found).length === 0) return true
  }
  return true
}

function writerOf(entry: JsonObject): FieldWriter {
  const at = Date.parse(textAt(entry, 'time') ?? '')
  return {
    manager: textAt(entry, 'manager') ?? 'unknown',
    operation: textAt(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
    subresource: textAt(entry, 'subresource') ?? null,
    at: Number.isNaN(at) ? null : at,
  }
}
