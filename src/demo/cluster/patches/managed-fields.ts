/** Who owns which field: `metadata.managedFields` after a create, update, patch or apply. */
import { sameJson } from '../store/json.ts'
import type { KubeObject, ManagedFieldsEntry } from '../store/object-meta.ts'
import { fieldPaths, pathsOf, treeOf } from './field-paths.ts'

export interface Writer {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly time: string
  readonly subresource?: string
}

function isOf(entry: ManagedFieldsEntry, writer: Writer): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === writer.operation &&
    (entry.subresource ?? '') === (writer.subresource ?? '')
  )
}

/** The entry of a writer, when it has written before. */
export function entryOf(object: KubeObject | undefined, writer: Writer): ManagedFieldsEntry | undefined {
  return object?.metadata.managedFields?.find((entry) => isOf(entry, writer))
}

/**
 * The entries after an Update: what it changed is its own from now on and nobody else's, and fields that are gone are
 * nobody's.
 */
export function ownershipAfterUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
  keyed: boolean,
): readonly ManagedFieldsEntry[] {
  const old = fieldPaths(before, keyed)
  const now = fieldPaths(after, keyed)
  const changed = [...now].filter(([path, value]) => !old.has(path) || !sameJson(old.get(path), value))
  const own = new Set(changed.map(([path]) => path))
  return entriesAfter(before, after, writer, own, (path) => now.has(path) && !own.has(path), true)
}

/** The entries after an Apply: exactly the applied fields are the writer's; `taken` are no longer others'. */
export function ownershipAfterApply(
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
  applied: ReadonlySet<string>,
  taken: ReadonlySet<string>,
  keyed: boolean,
): readonly ManagedFieldsEntry[] {
  const now = fieldPaths(after, keyed)
  return entriesAfter(before, after, writer, applied, (path) => now.has(path) && !taken.has(path), false)
}

function entriesAfter(
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
  own: ReadonlySet<string>,
  staysWithOthers: (path: string) => boolean,
  keepsOwn: boolean,
): readonly ManagedFieldsEntry[] {
  const entries: ManagedFieldsEntry[] = []
  let mine: ManagedFieldsEntry | undefined
  for (const entry of before?.metadata.managedFields ?? []) {
    if (isOf(entry, writer)) {
      mine = entry
      continue
    }
    const all = pathsOf(entry.fieldsV1)
    const left = all.filter(staysWithOthers)
    if (left.length === all.length) entries.push(entry)
    else if (left.length > 0) entries.push({ ...entry, fieldsV1: treeOf(left) })
  }
  const kept = mine && keepsOwn ? pathsOf(mine.fieldsV1).filter(staysWithOthers) : []
  if (own.size === 0 && kept.length === 0) return entries
  const { manager, operation, time, subresource } = writer
  entries.push({
    manager,
    operation,
    apiVersion: after.apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: treeOf([...kept, ...own]),
    ...(subresource === undefined ? {} : { subresource }),
  })
  return entries
}
