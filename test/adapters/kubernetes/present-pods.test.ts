import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/adapters/kubernetes/json.ts'
import { presentPods } from '../../../src/adapters/kubernetes/present-pods.ts'

const numbered = (name: string, revision: string | undefined, owner?: string): JsonObject => ({
  metadata: {
    uid: name,
    ...(owner !== undefined && { ownerReferences: [{ controller: true, uid: owner }] }),
    ...(revision !== undefined && { annotations: { 'deployment.kubernetes.io/revision': revision } }),
  },
})
const sets = [numbered('old-set', '3', 'api'), numbered('new-set', '4', 'api'), numbered('other-set', '4', 'web')]
const pods = ['old-set', 'new-set', 'other-set'].map((set) => numbered(`pod of ${set}`, undefined, set))
const found = (deployment: JsonObject | null, of = sets) =>
  presentPods(deployment, of, pods).map(({ metadata }) => Object(metadata).uid)

describe('pods of the present template', () => {
  it('are those of the ReplicaSet of its number', () => {
    expect(found(numbered('api', '4'))).toEqual(['pod of new-set'])
    expect(found(numbered('api', '3'))).toEqual(['pod of old-set'])
  })

  it('are none while its ReplicaSet has not been seen', () => {
    expect(found(numbered('api', '5'))).toEqual([])
  })

  it('are none while the controller has not seen it', () => {
    const { metadata } = numbered('api', '3')
    const written = { metadata: { ...Object(metadata), generation: 7 }, status: { observedGeneration: 6 } }
    expect(found(written)).toEqual([])
    expect(found({ ...written, status: { observedGeneration: 7 } })).toEqual(['pod of old-set'])
  })

  it('are all where nobody numbers them', () => {
    expect(found(numbered('api', undefined))).toHaveLength(3)
    expect(found(null)).toHaveLength(3)
  })
})
