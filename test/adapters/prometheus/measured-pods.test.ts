import { describe, expect, it } from 'vitest'
import { podNamePattern, slotDeployment } from '../../../src/adapters/prometheus/measured-pods.ts'

const matches = (deployment: string, pod: string) => new RegExp(`^(?:${podNamePattern(deployment)})$`).test(pod)

describe('the pods of a slot', () => {
  it.each([
    ['stable', 'api-7d4b8c9f6-bcdfg'],
    ['stable', 'api-5c6d7f8b94-x2z4q'],
    ['canary', 'api-canary-7d4b8c9f6-bcdfg'],
  ] as const)('are those of its Deployment (%s: %s)', (slot, pod) => {
    expect(matches(slotDeployment('api', slot), pod)).toBe(true)
  })

  it.each([
    ['the canary', 'api-canary-7d4b8c9f6-bcdfg'],
    ['the previous version', 'api-previous-7d4b8c9f6-bcdfg'],
    ['another Deployment', 'api-worker-7d4b8c9f6-bcdfg'],
    ['a StatefulSet', 'api-worker-0'],
    ['a Job', 'api-migrate-bcdfg'],
    ['a CronJob', 'api-cleanup-28934567-bcdfg'],
    ['a longer name', 'apix-7d4b8c9f6-bcdfg'],
    ['a prefix', 'my-api-7d4b8c9f6-bcdfg'],
  ])('are not those of %s whose name begins alike', (_, pod) => {
    expect(matches('api', pod)).toBe(false)
  })

  it('are those of one ReplicaSet where both versions stand in one Deployment', () => {
    const pattern = new RegExp(`^(?:${podNamePattern('api', '5c6d7f8b94')})$`)
    expect(pattern.test('api-5c6d7f8b94-x2z4q')).toBe(true)
    for (const other of ['api-7d4b8c9f6-x2z4q', 'api-canary-5c6d7f8b94-x2z4q', 'api-5c6d7f8b94-x2z4q-1'])
      expect(pattern.test(other)).toBe(false)
  })

  it('take a dot in a name for a dot', () => {
    expect(matches('api.v1', 'api.v1-7d4b8c9f6-bcdfg')).toBe(true)
    expect(matches('api.v1', 'apixv1-7d4b8c9f6-bcdfg')).toBe(false)
  })
})
