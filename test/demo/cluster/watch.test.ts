import { Watch } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { NAMESPACE as namespace, type TestCluster, testCluster } from './test-cluster.ts'

interface WatchEvent {
  readonly type: string
  readonly object: {
    readonly code?: number
    readonly metadata?: { readonly name?: string; readonly resourceVersion?: string }
  }
}

/** Opens a watch and gives its events one by one; it is closed with the cluster. */
async function open({ cluster }: TestCluster, path: string) {
  const response = await fetch(`${cluster.url}${path}`)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return async (): Promise<WatchEvent | undefined> => {
    while (!text.includes('\n')) {
      const { value, done } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done) return undefined
      text += value
    }
    const line = text.slice(0, text.indexOf('\n'))
    text = text.slice(line.length + 1)
    const event: WatchEvent = JSON.parse(line)
    return event
  }
}

const MAPS = `/api/v1/namespaces/${namespace}/configmaps?watch=true`

function putMap({ cluster }: TestCluster, name: string, labels: Record<string, string> = {}) {
  return cluster.create('configmaps', namespace, { metadata: { name, labels } }).metadata.resourceVersion
}

describe('watches', () => {
  it('tell of objects as they are, then of each change', async () => {
    const world = await testCluster()
    putMap(world, 'one')
    const next = await open(world, MAPS)
    expect(await next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'one' } } })
    putMap(world, 'two')
    expect(await next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'two' } } })
    await world.core.deleteNamespacedConfigMap({ namespace, name: 'one' })
    expect(await next()).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'one' } } })
  })

  it('start after the given resourceVersion', async () => {
    const world = await testCluster()
    const version = putMap(world, 'one')
    putMap(world, 'two')
    const next = await open(world, `${MAPS}&resourceVersion=${version}`)
    expect(await next()).toMatchObject({ object: { metadata: { name: 'two' } } })
  })

  it('tell that an object which no longer matches the selector is gone', async () => {
    const world = await testCluster()
    putMap(world, 'one', { a: 'b' })
    const next = await open(world, `${MAPS}&labelSelector=a%3Db`)
    expect(await next()).toMatchObject({ type: 'ADDED' })
    await world.core.replaceNamespacedConfigMap({ namespace, name: 'one', body: { metadata: { name: 'one' } } })
    expect(await next()).toMatchObject({ type: 'DELETED' })
  })

  it('answer 410 Expired when the past was compacted, and end', async () => {
    const world = await testCluster()
    const version = putMap(world, 'one')
    putMap(world, 'two')
    world.cluster.compact()
    const next = await open(world, `${MAPS}&resourceVersion=${version}`)
    expect(await next()).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } })
    expect(await next()).toBe(undefined)
  })

  it('send bookmarks to those who allow them', async () => {
    const world = await testCluster()
    const next = await open(world, `${MAPS}&sendInitialEvents=true&allowWatchBookmarks=true`)
    expect(await next()).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    })
    await world.core.deleteCollectionNamespacedPod({ namespace })
    world.pass(60)
    expect(await next()).toMatchObject({ type: 'BOOKMARK' })
  })

  it('end when their time is over', async () => {
    const world = await testCluster()
    const next = await open(world, `${MAPS}&timeoutSeconds=30`)
    world.pass(31)
    expect(await next()).toBe(undefined)
  })

  it('work through the client library', async () => {
    const world = await testCluster()
    const watch = new Watch(world.config)
    const name = await new Promise((resolve, reject) => {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments`
      const seen = (_type: string, object: { metadata: { name: string } }) => resolve(object.metadata.name)
      watch.watch(path, {}, seen, reject).catch(reject)
    })
    expect(name).toBe('api')
  })
})
