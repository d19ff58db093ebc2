/** Which server is asked, and over how many connections. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { realClock } from '../../../src/adapters/clocks.ts'
import { kubernetesCluster } from '../../../src/adapters/kubernetes/kubernetes-cluster.ts'
import { shopApi } from '../../contracts/cluster-fixtures.ts'

/** An API server that has nothing and wants a token. */
async function emptyApi(tokens: readonly string[]) {
  const seen: string[] = []
  let connections = 0
  const server = createServer((request, response) => {
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    seen.push(token)
    const isObject = /(deployments|services|endpointslices)\/[^/?]+$/.test(request.url ?? '')
    const status = tokens.includes(token) ? (isObject ? 404 : 200) : 401
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(status === 200 ? { items: [], metadata: { resourceVersion: '1' } } : { code: status }))
  })
  server.on('connection', () => {
    connections++
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

describe('connections', () => {
  let folder: string
  let east: Awaited<ReturnType<typeof emptyApi>>
  let west: Awaited<ReturnType<typeof emptyApi>>
  const signal = new AbortController().signal
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tminus-contexts-'))
    east = await emptyApi(['east-token'])
    west = await emptyApi(['another-token'])
    const place = (name: string, server: string) => ({ name, cluster: { server, 'insecure-skip-tls-verify': true } })
    await writeFile(
      join(folder, 'kubeconfig'),
      stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'east',
        clusters: [place('east', east.url), place('west', west.url)],
        users: ['east', 'west'].map((name) => ({ name, user: { token: `${name}-token` } })),
        contexts: ['east', 'west'].map((name) => ({ name, context: { cluster: name, user: name } })),
      }),
    )
  })
  afterAll(async () => {
    await Promise.all([east.close(), west.close()])
    await rm(folder, { recursive: true, force: true })
  })

  it("go where the service's context says, and to the current context when it says none", async () => {
    const cluster = kubernetesCluster({ kubeconfigPath: join(folder, 'kubeconfig'), clock: realClock() })
    const seen = await cluster.look({ ...shopApi('shop'), context: null }, signal)
    expect(seen.slots.stable.exists).toBe(false)
    expect(new Set(east.seen)).toEqual(new Set(['east-token']))
    const failure = cluster.look({ ...shopApi('shop'), context: 'west' }, signal)
    await expect(failure).rejects.toMatchObject({ kind: 'refused', status: 401 })
    await expect(failure).rejects.toThrow('credentials of the kubeconfig are not accepted')
    expect(new Set(west.seen)).toEqual(new Set(['west-token']))
    await cluster.close()
  })

  it('are kept alive and used again', async () => {
    const cluster = kubernetesCluster({ kubeconfigPath: join(folder, 'kubeconfig'), clock: realClock() })
    await cluster.look(shopApi('shop'), signal)
    const [requests, connections] = [east.seen.length, east.connections()]
    for (let round = 0; round < 20; round++) await cluster.look(shopApi('shop'), signal)
    const made = east.seen.length - requests
    expect(made).toBeGreaterThan(100)
    expect(east.connections() - connections).toBeLessThan(made / 5)
    await cluster.close()
  })

  it('that cannot be made are told with the file or the address', async () => {
    const nowhere = kubernetesCluster({ kubeconfigPath: join(folder, 'nothing'), clock: realClock() })
    await expect(nowhere.look(shopApi('shop'), signal)).rejects.toMatchObject({ kind: 'refused' })
    await expect(nowhere.look(shopApi('shop'), signal)).rejects.toThrow('kubeconfig cannot be read')
    const stop = nowhere.watch(shopApi('shop'), () => undefined)
    stop()
    await nowhere.close()
  })
})
