import { describe, expect, it } from 'vitest'
import { withAddresses } from '../../../src/adapters/kubernetes/addresses.ts'
import type { RouterSettings } from '../../../src/playbook/service.ts'
import type { SlotState } from '../../../src/ports/cluster.ts'
import { makePod, makeService } from '../../playbook/fixtures.ts'

const endpoint = (pod: string, conditions: object) => ({ conditions, targetRef: { name: pod } })
const state: SlotState = {
  exists: true,
  wanted: 2,
  ready: 2,
  available: 2,
  updated: 2,
  complete: true,
  stuck: null,
  image: null,
  pods: [makePod('a'), makePod('b')],
}
const marks = (endpoints: readonly object[], router: RouterSettings = { kind: 'replicas' }) =>
  withAddresses(makeService({ router }), state, [{ endpoints }]).pods.map(({ routed, terminating }) => ({
    routed,
    terminating,
  }))

describe('ready pods', () => {
  it('are marked by whether a Service lists them', () => {
    expect(marks([endpoint('a', { ready: true })])).toEqual([
      { routed: true, terminating: false },
      { routed: false, terminating: false },
    ])
    expect(marks([], { kind: 'rolling' })).toEqual(Array(2).fill({ routed: undefined, terminating: false }))
  })

  it('whose end the addresses know before the pods themselves were read anew are on their way out, not sick', () => {
    const drained = endpoint('b', { ready: false, serving: true, terminating: true })
    expect(marks([endpoint('a', { ready: true }), drained])).toEqual([
      { routed: true, terminating: false },
      { routed: false, terminating: true },
    ])
  })
})
