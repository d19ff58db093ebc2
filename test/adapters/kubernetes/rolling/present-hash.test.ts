import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../src/adapters/kubernetes/json.ts'
import { presentHash } from '../../../../src/adapters/kubernetes/rolling/present-hash.ts'

const workload: JsonObject = {
  spec: { template: { metadata: { labels: { app: 'api' } }, spec: { containers: [{ image: 'v2' }] } } },
}
const setOf = (hash: string, image: string): JsonObject => ({
  metadata: { labels: { app: 'api', 'pod-template-hash': hash } },
  spec: {
    template: { metadata: { labels: { app: 'api', 'pod-template-hash': hash } }, spec: { containers: [{ image }] } },
  },
})

describe('the label of the present pods', () => {
  it('is that of the ReplicaSet with the present template, however many older ones there are', () => {
    expect(presentHash(workload, [setOf('one', 'v1'), setOf('two', 'v2'), setOf('three', 'v3')])).toBe('two')
  })

  it('is waited for while the controller has not made one', () => {
    expect(() => presentHash(workload, [setOf('one', 'v1')])).toThrowError(expect.objectContaining({ kind: 'late' }))
  })
})
