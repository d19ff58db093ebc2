/** Which keys may stand where, read from the catalogue's JSON Schema so that no second list has to be kept. */
import type { Path } from './fault.ts'
import { valueAt } from './yaml-source.ts'

/** The keys of the group at `path`; empty where the schema knows no group. */
export function knownKeys(schema: unknown, path: Path, data: unknown): readonly string[] {
  let at = branch(schema, data)
  path.forEach((part, index) => {
    const next =
      typeof part === 'number'
        ? valueAt(at, ['items'])
        : (valueAt(at, ['properties', part]) ?? valueAt(at, ['additionalProperties']))
    at = branch(next, valueAt(data, path.slice(0, index + 1)))
  })
  const properties = valueAt(at, ['properties'])
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

/** Of a group that may be empty, the group; of several kinds, the one that the data names by `kind`. */
function branch(schema: unknown, data: unknown): unknown {
  const either = valueAt(schema, ['anyOf'])
  if (Array.isArray(either)) return either.find((each) => valueAt(each, ['type']) === 'object')
  const kinds = valueAt(schema, ['oneOf'])
  if (!Array.isArray(kinds)) return schema
  return kinds.find((kind) => valueAt(kind, ['properties', 'kind', 'const']) === valueAt(data, ['kind']))
}
