import { describe, expect, it } from 'vitest'
import type { Connection } from '../../../src/adapters/kubernetes/connection.ts'
import { ensureSlot } from '../../../src/adapters/kubernetes/ensure-slot.ts'
import { stamped } from '../../../src/adapters/kubernetes/fencing.ts'
import type { JsonObject } from '../../../src/adapters/kubernetes/json.ts'
import { writePin } from '../../../src/adapters/kubernetes/pinning.ts'
import { NEW_IMAGE, OLD_IMAGE, shopApi, workloadObject, writer } from '../../contracts/cluster-fixtures.ts'

const service = shopApi('shop')
const plain = workloadObject('shop')
const pin = {
  workload: 'api',
  replicas: 3,
  template: plain.spec.template,
  image: OLD_IMAGE,
  serviceSelector: { app: 'api' },
  weights: null,
  hpa: null,
}
const pinned: JsonObject = {
  ...plain,
  metadata: { ...plain.metadata, annotations: { 'tminus.dev/pin': writePin(writer(1), pin) } },
}
const nothing = () => Promise.reject(new Error('not asked for here'))

describe('a canary that is made while the way back begins', () => {
  it('is removed again by the worker that made it', async () => {
    const calls: string[] = []
    // The restore comes between the first look at the workload and the creation of the canary.
    const looks: (JsonObject | null)[] = [pinned, null, stamped(pinned, writer(20))]
    const connection: Connection = {
      api: {
        json: nothing,
        list: nothing,
        text: nothing,
        through: nothing,
        discover: nothing,
        lines: async function* () {},
      },
      inCluster: false,
      objects: {
        read: async () => looks.shift() ?? null,
        recall: () => undefined,
        edit: nothing,
        create: async (target, body) => {
          calls.push(`create ${target.name}`)
          return body
        },
        remove: async (target) => {
          calls.push(`remove ${target.name}`)
          return true
        },
      },
      scene: nothing,
      now: () => 0,
      freshScene: nothing,
      routeTarget: nothing,
      readRoute: nothing,
      readAutoscaler: nothing,
      destinationRules: nothing,
      watch: () => () => undefined,
      isWatched: () => false,
      close: async () => undefined,
    }
    const want = { slot: 'canary', image: NEW_IMAGE, version: 'v2.0', replicas: 1 } as const
    await expect(ensureSlot(connection, service, want, writer(19))).rejects.toMatchObject({ kind: 'fenced' })
    expect(calls).toEqual(['create api-canary', 'remove api-canary'])
  })
})
