import { describe, expect, it } from 'vitest'
import type { Connection } from '../../../../src/adapters/kubernetes/connection.ts'
import { stamped } from '../../../../src/adapters/kubernetes/fencing.ts'
import type { JsonObject } from '../../../../src/adapters/kubernetes/json.ts'
import { editPassing } from '../../../../src/adapters/kubernetes/routers/passing-object.ts'
import { weightedRouterOf } from '../../../../src/adapters/kubernetes/routers/router-of.ts'
import { shopApi, workloadObject, writer } from '../../../contracts/cluster-fixtures.ts'
import { ingresses, ingressObject, NGINX } from '../../../contracts/router-fixtures.ts'

const service = shopApi('shop', NGINX)
const nothing = () => Promise.reject(new Error('not asked for here'))

describe('a canary Ingress that is made while the way back begins', () => {
  it('is removed again by the worker that made it, before it ever had a weight', async () => {
    const router = weightedRouterOf(service)
    if (!router?.passing) throw new Error('nginx has an object for the run')
    const calls: string[] = []
    const target = ingresses('shop', 'api-canary')
    // The way back has marked the workload between our first look and the creation.
    const objects = new Map<string, JsonObject>([
      ['api', ingressObject('shop')],
      ['deployments/api', stamped(workloadObject('shop'), writer(20))],
    ])
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
        read: async ({ resource, name }) =>
          objects.get(resource === 'ingresses' ? `${name}` : `${resource}/${name}`) ?? null,
        recall: () => undefined,
        edit: nothing,
        create: async ({ name }, body) => {
          calls.push(`create ${name} ${JSON.stringify(body).includes('canary-weight":"0"')}`)
          return body
        },
        remove: async ({ name }) => {
          calls.push(`remove ${name}`)
          return true
        },
      },
      scene: nothing,
      isWatched: () => false,
      now: () => 0,
      freshScene: nothing,
      routeTarget: async () => target,
      readRoute: nothing,
      readAutoscaler: nothing,
      destinationRules: nothing,
      watch: () => () => undefined,
      close: async () => undefined,
    }
    const change = (current: JsonObject) => router.withShare(current, 50)
    const edit = editPassing(connection, service, router, router.passing, writer(19), change)
    await expect(edit).rejects.toMatchObject({ kind: 'fenced' })
    expect(calls).toEqual(['create api-canary true', 'remove api-canary'])
  })
})
