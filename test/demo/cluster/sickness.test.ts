import { describe, expect, it } from 'vitest'
import type { SicknessKind } from '../../../src/demo/cluster/sickness.ts'
import { NAMESPACE as namespace, refusal, type TestCluster, testCluster } from './test-cluster.ts'

const VERSION = 'v3.4'

function web({ cluster }: TestCluster) {
  return cluster.pods(namespace).filter(({ labels }) => labels.app === 'web')
}

async function statusOf(world: TestCluster) {
  const { status } = await world.core.readNamespacedPod({ namespace, name: web(world)[0]?.name ?? '' })
  return status?.containerStatuses?.[0]
}

async function sickFromBirth(kind: SicknessKind): Promise<TestCluster> {
  const world = await testCluster({ age: 0 })
  world.cluster.setSickness(VERSION, kind)
  return world
}

describe('sick pods', () => {
  it('crash, wait 10 s, 20 s, 40 s between restarts, and say so like a kubelet', async () => {
    const world = await sickFromBirth('crashloop')
    world.pass(8)
    expect(await statusOf(world)).toMatchObject({
      restartCount: 1,
      ready: false,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    })
    const restarts = [8, 20, 45].map((seconds) => {
      world.pass(seconds)
      return web(world)[0]?.restarts
    })
    expect(restarts).toEqual([2, 3, 4])
  })

  it('leave a stack trace in the log of the container before', async () => {
    const world = await sickFromBirth('crashloop')
    world.pass(20)
    const name = web(world)[0]?.name ?? ''
    const log = await world.core.readNamespacedPodLog({ namespace, name, previous: true, tailLines: 4 })
    expect(log).toContain("TypeError: Cannot read properties of undefined (reading 'id')")
  })

  it('are OOMKilled with exit code 137', async () => {
    const world = await sickFromBirth('oom')
    world.pass(8)
    expect(await statusOf(world)).toMatchObject({ lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } })
  })

  it('cannot be pulled: ErrImagePull, then ImagePullBackOff, never a restart, no log', async () => {
    const world = await sickFromBirth('image-pull')
    world.pass(2.5)
    expect((await statusOf(world))?.state?.waiting?.reason).toBe('ErrImagePull')
    world.pass(60)
    expect((await statusOf(world))?.state?.waiting?.reason).toBe('ImagePullBackOff')
    expect(web(world)[0]).toMatchObject({ phase: 'Pending', restarts: 0 })
    const log = world.core.readNamespacedPodLog({ namespace, name: web(world)[0]?.name ?? '' })
    expect(await refusal(log)).toMatchObject({ code: 400 })
  })

  it('never become ready, while pods that already are stay ready', async () => {
    const world = await testCluster()
    world.cluster.setSickness(VERSION, 'never-ready')
    world.pass(30)
    expect(web(world).map(({ ready }) => ready)).toEqual([true, true])
    await world.core.deleteNamespacedPod({ namespace, name: web(world)[0]?.name ?? '' })
    world.pass(60)
    expect(web(world).map(({ ready, phase }) => [ready, phase])).toEqual([
      [true, 'Running'],
      [false, 'Running'],
    ])
  })

  it('lose their readiness and get it back', async () => {
    const world = await testCluster()
    world.cluster.setSickness(VERSION, 'unready')
    world.pass(2)
    expect(web(world).map(({ ready, restarts }) => [ready, restarts])).toEqual([
      [false, 0],
      [false, 0],
    ])
    expect(world.cluster.trafficShares(namespace, 'web')).toEqual({})
    world.cluster.setSickness(VERSION, 'none')
    world.pass(2)
    expect(web(world).map(({ ready }) => ready)).toEqual([true, true])
  })

  it('start to crash while they run, and recover at the next restart after the cure', async () => {
    const world = await testCluster()
    world.cluster.setSickness(VERSION, 'crashloop')
    expect(web(world).map(({ ready }) => ready)).toEqual([false, false])
    world.pass(30)
    world.cluster.setSickness(VERSION, 'none')
    world.pass(60)
    expect(web(world).map(({ ready, reason }) => [ready, reason])).toEqual([
      [true, 'Running'],
      [true, 'Running'],
    ])
  })

  it('are as many as the share says, and a build of another version is well', async () => {
    const world = await testCluster()
    world.cluster.setSickness(VERSION, 'unready', { share: 0.5 })
    world.cluster.setSickness('v5', 'unready')
    world.pass(5)
    const ready = world.cluster.pods(namespace).map(({ version, ready: is }) => `${version} ${is}`)
    expect(ready.filter((text) => text === 'v3.4 true')).toHaveLength(1)
    expect(ready.filter((text) => text === 'v5.1 true')).toHaveLength(4)
  })
})
