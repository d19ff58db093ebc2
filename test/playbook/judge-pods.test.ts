import { describe, expect, it } from 'vitest'
import { judgePods, seePods } from '../../src/playbook/judge-pods.ts'
import type { PodHealth, PodSighting } from '../../src/playbook/pods.ts'
import { makePod, makeService, T0 } from './fixtures.ts'

const settings = makeService().guard
const ready = (...names: string[]) => names.map((name) => makePod(name))
const unready = (...names: string[]) => names.map((name) => makePod(name, { ready: false }))

/** One look after the other, a second apart. */
function seenAfter(...looks: readonly (readonly PodSighting[])[]): PodHealth {
  let health: PodHealth | null = null
  for (const [index, pods] of looks.entries()) health = seePods(health, T0 + index * 1_000, pods.length, pods)
  if (!health) throw new Error('no look')
  return health
}

describe('crashes', () => {
  it.each([
    ['a container that ended with an error', makePod('a', { ready: false, trouble: 'Error' })],
    ['one killed for memory', makePod('a', { ready: false, trouble: 'OOMKilled' })],
    ['an image that cannot be pulled', makePod('a', { ready: false, trouble: 'ImagePullBackOff' })],
    ['a restart, also when it runs again', makePod('a', { restarts: 1 })],
  ])('are: %s', (_, pod) => {
    expect(judgePods(seenAfter([pod, ...ready('b', 'c')]), settings)).toMatchObject({ kind: 'crash' })
  })

  it('count once for a pod that falls over again and again', () => {
    const two = { ...settings, crashes: 2 }
    const flapping = [1, 2, 3].map((restarts) => [makePod('a', { restarts, ready: restarts % 2 === 0 }), ...ready('b')])
    expect(judgePods(seenAfter(...flapping), two).kind).not.toBe('crash')
    const second = [...flapping, [makePod('a', { restarts: 3 }), makePod('b', { trouble: 'Error', ready: false })]]
    expect(judgePods(seenAfter(...second), two)).toEqual({
      kind: 'crash',
      detail: '2 of 2 new pods crashed: a restarted, 1 restart; b Error',
    })
  })

  it('are not forgotten when another pod stands in the place of the one that crashed', () => {
    const two = { ...settings, crashes: 2 }
    const first = [makePod('a', { trouble: 'Error', ready: false }), ...ready('b')]
    const replaced = ready('b', 'c')
    expect(judgePods(seenAfter(first, replaced), two).kind).toBe('well')
    const again = [makePod('c', { trouble: 'Error', ready: false }), ...ready('b')]
    expect(judgePods(seenAfter(first, replaced, again), two)).toMatchObject({ kind: 'crash' })
  })

  it('are those of a pod on its way out, when it crashed before it was told to go', () => {
    const going = makePod('a', { ready: false, terminating: true })
    expect(judgePods(seenAfter([going, ...ready('b')]), settings).kind).toBe('well')
    expect(judgePods(seenAfter([{ ...going, restarts: 1 }, ...ready('b')]), settings).kind).toBe('well')
    expect(judgePods(seenAfter([{ ...going, trouble: 'Error' }, ...ready('b')]), settings).kind).toBe('crash')
  })
})

describe('unready pods', () => {
  it('are all, or some since when, and those that start are none', () => {
    expect(judgePods(seenAfter(ready('a', 'b'), unready('a', 'b')), settings).kind).toBe('all-unready')
    const some = seenAfter(ready('a', 'b'), [...ready('a'), ...unready('b')], [...ready('a'), ...unready('b')])
    expect(judgePods(some, settings)).toMatchObject({ kind: 'some-unready', since: T0 + 1_000 })
    expect(judgePods(seenAfter([...ready('a'), ...unready('young')]), settings).kind).toBe('well')
  })

  it('take the traffic away at once from the share on that the settings name', () => {
    const half = seenAfter(ready('a', 'b', 'c', 'd'), [...ready('a', 'b'), ...unready('c', 'd')])
    expect(judgePods(half, settings).kind).toBe('some-unready')
    expect(judgePods(half, { ...settings, unreadyShare: 0.5 }).kind).toBe('all-unready')
    expect(judgePods(half, { ...settings, unreadyShare: 0.6 }).kind).toBe('some-unready')
  })

  it('are those that no Service lists any more, though they are ready; not those that it does not list yet', () => {
    const alone = (...names: string[]) => names.map((name) => makePod(name, { routed: false }))
    const listed = (...names: string[]) => names.map((name) => makePod(name, { routed: true }))
    expect(judgePods(seenAfter(alone('a', 'b')), settings).kind).toBe('well')
    expect(judgePods(seenAfter(alone('a', 'b'), listed('a', 'b'), alone('a', 'b')), settings)).toEqual({
      kind: 'all-unready',
      detail: 'all 2 new pods are ready, but their Service lists none of them',
    })
    const one = seenAfter(listed('a', 'b'), [...listed('a'), ...alone('b')])
    expect(judgePods(one, settings).kind).toBe('some-unready')
  })

  it('on a node that went silent are nobody’s fault while others serve, and no place for traffic when none does', () => {
    const lost = (...names: string[]) => names.map((name) => makePod(name, { ready: false, nodeLost: true }))
    expect(judgePods(seenAfter(ready('a', 'b'), [...ready('a'), ...lost('b')]), settings).kind).toBe('well')
    expect(judgePods(seenAfter(ready('a', 'b'), lost('a', 'b')), settings)).toEqual({
      kind: 'all-unready',
      detail: 'all 2 new pods are unready: their nodes went silent',
    })
    const both = seenAfter(ready('a', 'b', 'c'), [...ready('a'), ...lost('b'), ...unready('c')])
    expect(judgePods(both, settings)).toMatchObject({ kind: 'some-unready', detail: expect.stringContaining('1 of 3') })
  })
})

describe('what is said of one pod alone', () => {
  const alone = (over: Partial<PodSighting>) => seenAfter(ready('a'), [makePod('a', { ready: false, ...over })])

  it.each([
    ['a crash', { trouble: 'Error' }, 'the only new pod crashed: a Error'],
    ['unready', {}, 'the only new pod is unready, without a crash'],
    ['its node', { nodeLost: true as const }, 'the only new pod is unready: its node went silent'],
    ['its Service', { ready: true, routed: false }, 'the only new pod is ready, but its Service does not list it'],
  ])('is no part of a number: %s', (_, over, detail) => {
    expect(judgePods(alone(over), settings)).toMatchObject({ detail })
  })

  it('is one of several where there are several', () => {
    const two = seenAfter(ready('a', 'b', 'c'), [...ready('a'), ...unready('b', 'c')])
    expect(judgePods(two, settings)).toMatchObject({ detail: '2 of 3 new pods are unready, without a crash: b, c' })
    const one = seenAfter(ready('a', 'b'), [...ready('a'), ...unready('b')])
    expect(judgePods(one, settings)).toMatchObject({ detail: '1 of 2 new pods is unready, without a crash: b' })
  })
})
