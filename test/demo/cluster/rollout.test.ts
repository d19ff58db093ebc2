import { PatchStrategy } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { NAMESPACE as namespace, patchType, readyByVersion, type TestCluster, testCluster } from './test-cluster.ts'

const strategic = patchType(PatchStrategy.StrategicMergePatch)

async function setImage({ apps }: TestCluster, version: string) {
  const containers = [{ name: 'api', image: `registry.local/api:${version}` }]
  const body = { spec: { template: { spec: { containers } } } }
  return apps.patchNamespacedDeployment({ namespace, name: 'api', body }, strategic)
}

describe('a rollout on a stepped clock', () => {
  it('starts the seeded pods within seconds and not before', async () => {
    const { cluster, pass } = await testCluster({ age: 0 })
    expect(readyByVersion(cluster, 'api')).toEqual({})
    pass(3)
    expect(cluster.pods(namespace).map(({ phase }) => phase)).toEqual(Array.from({ length: 9 }, () => 'Running'))
    expect(readyByVersion(cluster, 'api')).toEqual({})
    pass(3)
    expect(readyByVersion(cluster, 'api')).toEqual({ 'v1.9': 3 })
  })

  it('goes pod by pod: never fewer ready pods than asked for, never more pods than the surge allows', async () => {
    const world = await testCluster()
    const { cluster, pass, apps } = world
    await setImage(world, 'v2.0')
    const seen = new Set<string>()
    for (let tick = 0; tick < 300; tick++) {
      pass(0.1)
      const pods = cluster.pods(namespace).filter(({ labels, terminating }) => labels.app === 'api' && !terminating)
      const ready = readyByVersion(cluster, 'api')
      expect(pods.length).toBeLessThanOrEqual(4)
      expect((ready['v1.9'] ?? 0) + (ready['v2.0'] ?? 0)).toBeGreaterThanOrEqual(3)
      seen.add(`${ready['v1.9'] ?? 0}+${ready['v2.0'] ?? 0}`)
    }
    expect([...seen]).toEqual(expect.arrayContaining(['3+0', '2+1', '1+2', '0+3']))
    const { status, metadata } = await apps.readNamespacedDeployment({ namespace, name: 'api' })
    expect(status).toMatchObject({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 })
    expect(status?.observedGeneration).toBe(metadata?.generation)
    expect(metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('2')
    expect(status?.conditions?.find(({ type }) => type === 'Progressing')?.reason).toBe('NewReplicaSetAvailable')
  })

  it('stops where it is when paused, goes on when resumed', async () => {
    const world = await testCluster()
    const { apps, cluster, pass } = world
    await setImage(world, 'v2.0')
    pass(6)
    const paused = (value: boolean) =>
      apps.patchNamespacedDeployment({ namespace, name: 'api', body: { spec: { paused: value } } }, strategic)
    await paused(true)
    pass(120)
    const held = readyByVersion(cluster, 'api')
    expect(held['v2.0']).toBeGreaterThan(0)
    expect(held['v1.9']).toBeGreaterThan(0)
    await paused(false)
    pass(60)
    expect(readyByVersion(cluster, 'api')).toEqual({ 'v2.0': 3 })
  })

  it('takes up the old ReplicaSet again with a new revision when the old template returns', async () => {
    const world = await testCluster()
    const { apps, pass } = world
    const before = await apps.listNamespacedReplicaSet({ namespace, labelSelector: 'app=api' })
    await setImage(world, 'v2.0')
    pass(60)
    await setImage(world, 'v1.9')
    pass(60)
    const { items } = await apps.listNamespacedReplicaSet({ namespace, labelSelector: 'app=api' })
    const old = items.find(({ metadata }) => metadata?.uid === before.items[0]?.metadata?.uid)
    expect(items).toHaveLength(2)
    expect(old?.status?.readyReplicas).toBe(3)
    expect(old?.metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('3')
  })

  it('says ProgressDeadlineExceeded when the new pods never become ready, and keeps the old ones', async () => {
    const world = await testCluster()
    const { apps, cluster, pass } = world
    cluster.setSickness('v2.0', 'never-ready')
    await setImage(world, 'v2.0')
    pass(590)
    const reason = async () => {
      const { status } = await apps.readNamespacedDeployment({ namespace, name: 'api' })
      return status?.conditions?.find(({ type }) => type === 'Progressing')?.reason
    }
    expect(await reason()).toBe('ReplicaSetUpdated')
    pass(60)
    expect(await reason()).toBe('ProgressDeadlineExceeded')
    expect(readyByVersion(cluster, 'api')).toEqual({ 'v1.9': 3 })
  })

  it('takes a terminating pod out of the endpoints at once and lets it end after its preStop hook', async () => {
    const { cluster, core, clock, pass, custom } = await testCluster({ timings: { controllerMs: 0 } })
    const victim = cluster.pods(namespace).find(({ labels }) => labels.app === 'web')
    await core.deleteNamespacedPod({ namespace, name: victim?.name ?? '' })
    const slices = await custom.listNamespacedCustomObject({
      group: 'discovery.k8s.io',
      version: 'v1',
      namespace,
      plural: 'endpointslices',
      labelSelector: 'kubernetes.io/service-name=web',
    })
    expect(JSON.stringify(slices)).toContain('"conditions":{"ready":false,"serving":true,"terminating":true}')
    const still = () => cluster.pods(namespace).some(({ name }) => name === victim?.name)
    pass(5)
    expect(still()).toBe(true)
    pass(2)
    expect(still()).toBe(false)
    expect(clock.nextDeadline()).toBe(undefined)
  })

  it('brings a Deployment back up to the minimum of its autoscaler, and leaves one at 0 alone', async () => {
    const { apps, pass } = await testCluster()
    const replicasAfter = async (replicas: number) => {
      await apps.patchNamespacedDeployment({ namespace, name: 'api', body: { spec: { replicas } } }, strategic)
      pass(30)
      return (await apps.readNamespacedDeployment({ namespace, name: 'api' })).spec?.replicas
    }
    expect(await replicasAfter(1)).toBe(3)
    expect(await replicasAfter(0)).toBe(0)
  })

  it('says in condition and event that a quota refused a pod', async () => {
    const world = await testCluster()
    const { apps, core, pass } = world
    await core.createNamespacedResourceQuota({
      namespace,
      body: { metadata: { name: 'team' }, spec: { hard: { pods: '9' } } },
    })
    await setImage(world, 'v2.0')
    pass(10)
    const { status } = await apps.readNamespacedDeployment({ namespace, name: 'api' })
    const failure = status?.conditions?.find(({ type }) => type === 'ReplicaFailure')
    expect(failure?.message).toContain('exceeded quota: team, requested: pods=1, used: pods=9, limited: pods=9')
    const { items } = await core.listNamespacedEvent({ namespace })
    expect(items.some(({ reason }) => reason === 'FailedCreate')).toBe(true)
  })

  it('gives the same names and the same events in every run of one seed', async () => {
    const run = async () => {
      const world = await testCluster({ seed: 42 })
      await setImage(world, 'v2.0')
      world.pass(60)
      const { items } = await world.core.listNamespacedEvent({ namespace })
      return [world.cluster.pods(namespace), items.map(({ message, lastTimestamp }) => [message, lastTimestamp])]
    }
    expect(await run()).toEqual(await run())
  })
})
