import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isObject, type JsonObject } from '../../../src/adapters/kubernetes/json.ts'
import { mergeDiff } from '../../../src/adapters/kubernetes/merge-diff.ts'

/** RFC 7396, as the API server applies it. */
function apply(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else merged[key] = apply(merged[key], value)
  }
  return merged
}

describe('merge diff', () => {
  it('takes out what an object no longer has, and replaces lists whole', () => {
    const from = { selector: { app: 'api', slot: 'canary' }, list: [1, 2], same: { deep: true } }
    const to = { selector: { app: 'api' }, list: [1], same: { deep: true } }
    expect(mergeDiff(from, to)).toEqual({ selector: { slot: null }, list: [1] })
  })

  it('says nothing when nothing differs', () => {
    expect(mergeDiff({ a: { b: [1] } }, { a: { b: [1] } })).toBeUndefined()
    expect(mergeDiff({ at: null }, {})).toBeUndefined()
  })

  it('turns any object into any other', () => {
    const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer(), { maxLength: 2 }))
    const keys = fc.constantFrom('a', 'b', 'c', 'tminus.dev/slot')
    const { tree } = fc.letrec<{ tree: JsonObject; node: unknown }>((tie) => ({
      node: fc.oneof({ depthSize: 'small' }, leaf, tie('tree')),
      tree: fc.dictionary(keys, tie('node'), { maxKeys: 4 }),
    }))
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
    fc.assert(
      fc.property(tree, tree, (from, to) => {
        expect(plain(apply(from, mergeDiff(from, to) ?? {}))).toEqual(plain(to))
      }),
    )
  })
})
