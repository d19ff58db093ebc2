import { describe, expect, it } from 'vitest'
import { NAMESPACE as namespace, refusal, testCluster } from './test-cluster.ts'

describe('faults of the API', () => {
  it('refuse as many matching requests as asked for, and no others', async () => {
    const { cluster, apps, core } = await testCluster()
    cluster.setFault({ method: 'GET', path: /\/deployments\//, answer: 500, times: 1 })
    expect((await core.listNamespacedService({ namespace })).items).toHaveLength(4)
    expect(await refusal(apps.readNamespacedDeployment({ namespace, name: 'api' }))).toMatchObject({ code: 500 })
    expect((await apps.readNamespacedDeployment({ namespace, name: 'api' })).metadata?.name).toBe('api')
  })

  it('carry Retry-After on 429', async () => {
    const { cluster } = await testCluster()
    cluster.setFault({ answer: 429, retryAfterSeconds: 7 })
    const response = await fetch(`${cluster.url}/version`)
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
  })

  it('let a request hang until the fault is cleared', async () => {
    const { cluster } = await testCluster()
    cluster.setFault({ path: /version/, answer: 'hang' })
    const hanging = fetch(`${cluster.url}/version`).then(
      () => 'answered',
      () => 'lost',
    )
    while (cluster.requests().length === 0) await new Promise((resolve) => setImmediate(resolve))
    cluster.setFault(undefined)
    expect(await hanging).toBe('lost')
    expect((await fetch(`${cluster.url}/version`)).status).toBe(200)
  })

  it('are seen in the log of requests, like everything else', async () => {
    const { cluster, clock } = await testCluster()
    await fetch(`${cluster.url}/version?a=b`)
    expect(cluster.requests()).toEqual([{ method: 'GET', path: '/version?a=b', at: clock.now() }])
  })
})
