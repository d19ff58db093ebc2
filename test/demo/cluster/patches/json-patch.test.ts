import { describe, expect, it } from 'vitest'
import { applyJsonPatch } from '../../../../src/demo/cluster/patches/json-patch.ts'

const document = { metadata: { labels: { 'a/b': '1' } }, list: ['x', 'y'] }

describe('a JSON Patch', () => {
  it('adds, replaces, removes, moves and copies, with escaped keys', () => {
    const patch = [
      { op: 'test', path: '/metadata/labels/a~1b', value: '1' },
      { op: 'replace', path: '/metadata/labels/a~1b', value: '2' },
      { op: 'add', path: '/list/1', value: 'new' },
      { op: 'add', path: '/list/-', value: 'last' },
      { op: 'remove', path: '/list/0' },
      { op: 'copy', from: '/list', path: '/copied' },
      { op: 'move', from: '/list', path: '/moved' },
    ]
    expect(applyJsonPatch(document, patch)).toEqual({
      metadata: { labels: { 'a/b': '2' } },
      copied: ['new', 'y', 'last'],
      moved: ['new', 'y', 'last'],
    })
    expect(document.list).toEqual(['x', 'y'])
  })

  it.each([
    ['a failed test', { op: 'test', path: '/list/0', value: 'z' }],
    ['an add into a missing map', { op: 'add', path: '/metadata/annotations/x', value: '1' }],
    ['a replace of what is not there', { op: 'replace', path: '/spec', value: {} }],
    ['a remove of what is not there', { op: 'remove', path: '/list/7' }],
    ['an unknown operation', { op: 'merge', path: '/list' }],
  ])('refuses %s with 422', (_, operation) => {
    expect(() => applyJsonPatch(document, [operation])).toThrow(expect.objectContaining({ code: 422 }))
  })

  it('refuses a body that is no list of operations with 400', () => {
    expect(() => applyJsonPatch(document, { spec: {} })).toThrow(expect.objectContaining({ code: 400 }))
    expect(() => applyJsonPatch(document, [{ path: '/a' }])).toThrow(expect.objectContaining({ code: 400 }))
  })
})
