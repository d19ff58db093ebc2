import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../src/adapters/kubernetes/json.ts'
import { isTimeToLeave, standOf, standOfSets } from '../../../../src/adapters/kubernetes/rolling/time-to-leave.ts'
import type { Pin } from '../../../../src/playbook/deployment.ts'

const pin: Pin = {
  workload: 'api',
  replicas: 4,
  template: { spec: { version: 'old' } },
  image: 'r/api:v1',
  serviceSelector: { app: 'api' },
  weights: null,
  hpa: null,
  rollout: { hash: 'old', spec: {} },
}

const setOf = (hash: string): JsonObject => ({
  metadata: {
    uid: `set-${hash}`,
    labels: { 'pod-template-hash': hash },
    ownerReferences: [{ uid: 'api', controller: true }],
  },
})

const podsOf = (hash: string, ready: number, unready: number): JsonObject[] =>
  Array.from({ length: ready + unready }, (_, index) => ({
    metadata: {
      uid: `${hash}-${index}`,
      name: `${hash}-${index}`,
      ownerReferences: [{ uid: `set-${hash}`, controller: true }],
    },
    status: { conditions: [{ type: 'Ready', status: index < ready ? 'True' : 'False' }] },
  }))

/** So many ready and unready pods of each version, of a workload that wants 4. */
function sceneOf(old: readonly [number, number], fresh: readonly [number, number], version = 'new') {
  const workload: JsonObject = { metadata: { uid: 'api' }, spec: { template: { spec: { version } } } }
  return {
    deployments: { stable: workload, canary: null, previous: null },
    replicaSets: [setOf('old'), setOf('new')],
    pods: [...podsOf('old', ...old), ...podsOf('new', ...fresh)],
    endpointSlices: [],
    canarySlices: [],
    service: null,
    oldHash: 'old',
  }
}

describe('when the new pods lose their traffic on the way back', () => {
  it.each([
    ['half of the old pods are ready', sceneOf([2, 0], [3, 0]), false, true],
    ['fewer than half are: the bad pods carry the load for a moment', sceneOf([1, 3], [4, 0]), false, false],
    ['fewer than half are, and it is overdue', sceneOf([1, 3], [4, 0]), true, true],
    ['fewer than half are, but no new pod serves anyway', sceneOf([1, 0], [0, 4]), false, true],
    ['no old pod is ready: nobody would be left', sceneOf([0, 4], [4, 0]), true, false],
    ['no new pod was ever made', sceneOf([4, 0], [0, 0], 'old'), false, false],
    ['the workload was just rolled, and its pods are not seen yet', sceneOf([4, 0], [0, 0]), false, true],
  ])('%s', (_, scene, overdue, expected) => {
    expect(isTimeToLeave(standOf(scene, pin), pin, overdue)).toBe(expected)
  })

  it('is known from the ReplicaSets as well, where pods may not be listed', () => {
    const counted = (hash: string, replicas: number, readyReplicas: number) => ({
      ...setOf(hash),
      status: { replicas, readyReplicas },
    })
    const { stable } = sceneOf([0, 0], [0, 0]).deployments
    const sets = [counted('old', 4, 2), counted('new', 3, 3), { ...setOf('older'), status: {} }]
    expect(standOfSets(stable, sets, pin)).toEqual({ rolled: true, old: 2, fresh: 3 })
    const { stable: back } = sceneOf([0, 0], [0, 0], 'old').deployments
    expect(standOfSets(back, [counted('old', 4, 4), counted('new', 0, 0)], pin).rolled).toBe(false)
  })
})
