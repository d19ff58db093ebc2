import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/adapters/kubernetes/json.ts'
import { podsBySlot, type Scene } from '../../../src/adapters/kubernetes/scene.ts'
import { sharesByAddresses, sharesByWeights } from '../../../src/adapters/kubernetes/shares.ts'

const owned = (name: string, owner: string): JsonObject => ({
  metadata: { name, uid: `uid-${name}`, ownerReferences: [{ controller: true, uid: `uid-${owner}` }] },
})
const top = (name: string): JsonObject => ({ metadata: { name, uid: `uid-${name}` } })
const endpoint = (pod: string, conditions: object = { ready: true }) => ({ conditions, targetRef: { name: pod } })

/** Three old pods, two new ones; names say nothing. */
function scene(endpoints: readonly object[], more: Partial<Scene> = {}): Scene {
  return {
    deployments: { stable: top('api'), canary: top('api-canary'), previous: null },
    replicaSets: [owned('api-canary-looks-so', 'api'), owned('rs-new', 'api-canary')],
    pods: [
      ...['a', 'b', 'c'].map((name) => owned(`api-canary-${name}`, 'api-canary-looks-so')),
      ...['d', 'e'].map((name) => owned(name, 'rs-new')),
      { metadata: { name: 'stray', uid: 'uid-stray', labels: { 'tminus.dev/slot': 'canary' } } },
    ],
    endpointSlices: [{ endpoints }],
    canarySlices: [],
    service: null,
    ...more,
  }
}
const old = ['a', 'b', 'c'].map((name) => endpoint(`api-canary-${name}`))

describe('pods by slot', () => {
  it('go by owners, not by names or labels, and count once', () => {
    const all = scene([])
    const found = podsBySlot({ ...all, pods: [...all.pods, ...all.pods] })
    expect(found.stable).toHaveLength(3)
    expect(found.canary).toHaveLength(2)
  })
})

describe('shares by addresses', () => {
  it('are the parts of the ready addresses', () => {
    expect(sharesByAddresses(scene([...old, endpoint('d')]))).toEqual({ stable: 75, canary: 25, previous: 0 })
  })

  it('leave out what is not ready or on its way out', () => {
    const leaving = endpoint('e', { ready: true, terminating: true })
    const unready = endpoint('d', { ready: false })
    expect(sharesByAddresses(scene([...old, unready, leaving]))).toEqual({ stable: 100, canary: 0, previous: 0 })
  })

  it('take an address whose readiness is not said for ready', () => {
    expect(sharesByAddresses(scene([endpoint('d', {})]))).toEqual({ stable: 0, canary: 100, previous: 0 })
  })

  it('count a pod with two address families once', () => {
    const slices = [{ endpoints: [...old, endpoint('d')] }, { endpoints: [endpoint('d')] }]
    expect(sharesByAddresses(scene([], { endpointSlices: slices }))?.canary).toBe(25)
  })

  it('are not known when nobody is ready', () => {
    expect(sharesByAddresses(scene([]))).toBeNull()
  })
})

describe('shares by weights', () => {
  it('give to the kept version what the stable host gets while the Service points there', () => {
    const kept = { spec: { selector: { 'tminus.dev/slot': 'previous' } } }
    expect(sharesByWeights({ stable: 100, canary: 0 }, kept)).toEqual({ stable: 0, canary: 0, previous: 100 })
    expect(sharesByWeights({ stable: 75, canary: 25 }, null)).toEqual({ stable: 75, canary: 25, previous: 0 })
  })

  it('are parts of the sum, and not known when that is nothing', () => {
    expect(sharesByWeights({ stable: 3, canary: 1 }, null)).toEqual({ stable: 75, canary: 25, previous: 0 })
    expect(sharesByWeights({ stable: 0, canary: 0 }, null)).toBeNull()
  })
})
