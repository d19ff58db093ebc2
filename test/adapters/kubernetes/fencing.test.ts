import { describe, expect, it } from 'vitest'
import { isStamped, refuseIfFenced, stamped } from '../../../src/adapters/kubernetes/fencing.ts'
import { withoutPassingAnnotations } from '../../../src/adapters/kubernetes/marks.ts'
import { deployments } from '../../../src/adapters/kubernetes/target.ts'
import { ClusterError } from '../../../src/ports/cluster.ts'
import { writer } from '../../contracts/cluster-fixtures.ts'

const target = deployments('shop', 'api')
const written = (token: string) => ({
  metadata: { annotations: { 'tminus.dev/revision': token, 'tminus.dev/deployment': 'api-42' } },
})
const isFenced = (token: string, revision: number, number = 42) => {
  try {
    refuseIfFenced(target, written(token), writer(revision, number))
    return false
  } catch (error) {
    if (error instanceof ClusterError && error.kind === 'fenced') return true
    throw error
  }
}

describe('fencing', () => {
  it('goes by the number first, then by the revision, as numbers', () => {
    expect(isFenced('42.10', 9)).toBe(true)
    expect(isFenced('42.10', 10)).toBe(false)
    expect(isFenced('42.9', 10)).toBe(false)
    expect(isFenced('43.1', 99)).toBe(true)
    expect(isFenced('9.99', 1)).toBe(false)
  })

  it('does not believe a token that is none', () => {
    for (const token of ['', 'x', '42', '42.10.1', '-1.5', '99999999999999999999.1']) {
      expect(isFenced(token, 1, 1)).toBe(false)
    }
  })

  it('says who wrote what, and who stops', () => {
    expect(() => refuseIfFenced(target, written('42.17'), writer(3, 41))).toThrow(
      'deployments.apps "api" in namespace shop was written by api-42 at revision 17; api-41 at revision 3 is older and stops.',
    )
  })

  it('stamps, knows its stamp, and takes it off without a trace', () => {
    const before = { metadata: { name: 'api' }, spec: { replicas: 1 } }
    const after = stamped(before, writer(7))
    expect(isStamped(before, writer(7))).toBe(false)
    expect(isStamped(after, writer(7))).toBe(true)
    expect(isStamped(after, writer(8))).toBe(false)
    expect(withoutPassingAnnotations(after)).toEqual(before)
    const noted = { metadata: { annotations: { note: 'mine' } } }
    expect(withoutPassingAnnotations(stamped(noted, writer(7)))).toEqual(noted)
    expect(withoutPassingAnnotations(noted)).toBe(noted)
  })
})
