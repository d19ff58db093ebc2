/** Server-side apply: the applied fields are set, those that this manager no longer applies go, others' fields stay. */
import { ApiError } from '../store/api-error.ts'
import { isObject, type JsonObject, sameJson } from '../store/json.ts'
import type { KubeObject } from '../store/object-meta.ts'
import { fieldPaths, itemKey, pathsOf, readablePath, removePath } from './field-paths.ts'
import { ATOMIC_MAPS, applyKeysOf, SET_LISTS } from './list-keys.ts'
import { entryOf, type Writer } from './managed-fields.ts'

export interface Applied {
  readonly object: unknown
  readonly applied: ReadonlySet<string>
  /** Fields that were somebody else's and were taken from them. */
  readonly taken: ReadonlySet<string>
}

/** Throws 409 with one cause per field that another manager owns with another value, unless forced. */
export function serverSideApply(
  live: KubeObject | undefined,
  config: JsonObject,
  writer: Writer,
  options: { readonly force: boolean; readonly keyed: boolean },
): Applied {
  const wanted = fieldPaths(config, options.keyed)
  const applied = new Set(wanted.keys())
  const taken = conflicts(live, wanted, writer, options)
  let object: unknown = live ?? {}
  const mine = entryOf(live, writer)
  for (const path of mine ? pathsOf(mine.fieldsV1) : []) {
    if (!applied.has(path) && !ownedByOthers(live, path, writer)) object = removePath(object, path)
  }
  return { object: merge(object, config, '', options.keyed), applied, taken }
}

function ownedByOthers(live: KubeObject | undefined, path: string, writer: Writer): boolean {
  const mine = entryOf(live, writer)
  return (live?.metadata.managedFields ?? []).some((entry) => entry !== mine && pathsOf(entry.fieldsV1).includes(path))
}

function conflicts(
  live: KubeObject | undefined,
  wanted: ReadonlyMap<string, unknown>,
  writer: Writer,
  { force, keyed }: { readonly force: boolean; readonly keyed: boolean },
): ReadonlySet<string> {
  const now = fieldPaths(live, keyed)
  const mine = entryOf(live, writer)
  const found = new Map<string, string>()
  for (const entry of live?.metadata.managedFields ?? []) {
    if (entry === mine) continue
    for (const path of pathsOf(entry.fieldsV1)) {
      if (wanted.has(path) && !sameJson(wanted.get(path), now.get(path))) found.set(path, entry.manager)
    }
  }
  if (found.size === 0 || force) return new Set(found.keys())
  const causes = [...found].map(([path, manager]) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${manager}"`,
    field: readablePath(path),
  }))
  const list = causes.map((cause) => `${cause.message}: ${cause.field}`).join(', ')
  throw new ApiError(409, 'Conflict', `Apply failed with ${found.size} conflict${found.size > 1 ? 's' : ''}: ${list}`, {
    causes,
  })
}

function merge(live: unknown, config: unknown, name: string, keyed: boolean): unknown {
  if (isObject(config) && keyed && ATOMIC_MAPS.has(name)) return config
  if (isObject(config)) {
    const result: Record<string, unknown> = isObject(live) ? { ...live } : {}
    for (const [key, value] of Object.entries(config)) {
      if (value !== undefined && value !== null) result[key] = merge(result[key], value, key, keyed)
    }
    return result
  }
  if (!Array.isArray(config) || !Array.isArray(live)) return config
  if (SET_LISTS.has(name)) return [...live, ...config.filter((item) => !live.includes(item))]
  const keys = keyed ? applyKeysOf(name, [...live, ...config]) : undefined
  if (!keys) return config
  const result: unknown[] = [...live]
  for (const item of config) {
    if (!isObject(item)) continue
    const at = result.findIndex((other) => isObject(other) && itemKey(other, keys) === itemKey(item, keys))
    if (at < 0) result.push(item)
    else result[at] = merge(result[at], item, '', keyed)
  }
  return result
}
