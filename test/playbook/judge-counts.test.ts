import { describe, expect, it } from 'vitest'
import {
  type Counters,
  type Failing,
  judgeCounts,
  NOTHING_SEEN,
  type PodReading,
  type Seen,
  seeCounts,
} from '../../src/playbook/judge-counts.ts'
import { makeService, T0 } from './fixtures.ts'

const { judgement } = makeService()

/** So many answers of each kind, all in all. */
function told(pod: string, ok: number, failed = 0, life = pod): PodReading {
  const requests: Counters = new Map([
    ['200', ok],
    ['500', failed],
  ])
  return { pod, life, requests, errors: new Map([['500', failed]]) }
}

const silent = (pod: string): PodReading => ({ pod, life: pod, unknown: 'no answer within 800 ms' })

/** Looks a second apart; what the last one amounts to. */
function watch(looks: readonly (readonly PodReading[])[], settings = judgement, everyMs = 1_000): Failing | null {
  let seen: Seen = NOTHING_SEEN
  let verdict: Failing | null = null
  looks.forEach((readings, index) => {
    const now = T0 + index * everyMs
    seen = seeCounts(seen, readings, now, settings)
    verdict = judgeCounts(seen, now, settings)
  })
  return verdict
}

describe('counters of the new pods', () => {
  it('say nothing at the first reading, however bad they look', () => {
    expect(watch([[told('a', 100, 900)]])).toBeNull()
  })

  it('stop a release when a tenth of fifty requests failed since the last look', () => {
    expect(watch([[told('a', 1000)], [told('a', 1045, 5)]])).toEqual({
      requests: 50,
      errors: 5,
      windowMs: 1_000,
      pods: [{ pod: 'a', requests: 50, errors: 5 }],
    })
  })

  it('do not below either', () => {
    expect(watch([[told('a', 0)], [told('a', 45, 4)]])).toBeNull()
    expect(watch([[told('a', 0)], [told('a', 91, 9)]])).toBeNull()
  })

  it('are added up over all pods', () => {
    const found = watch([
      [told('a', 500), told('b', 700)],
      [told('a', 530, 4), told('b', 723, 3)],
    ])
    expect(found).toMatchObject({ requests: 60, errors: 7 })
    expect(found?.pods).toEqual([
      { pod: 'a', requests: 34, errors: 4 },
      { pod: 'b', requests: 26, errors: 3 },
    ])
  })

  it('of a quiet service are added up over several looks', () => {
    const looks = [0, 1, 2, 3, 4, 5].map((n) => [told('a', n * 8, n * 2)])
    expect(watch(looks)).toEqual({
      requests: 50,
      errors: 10,
      windowMs: 5_000,
      pods: [{ pod: 'a', requests: 50, errors: 10 }],
    })
  })

  it('that were good for a long time do not hide a second that is bad', () => {
    const good = Array.from({ length: 50 }, (_, n) => [told('a', n * 1000)])
    expect(watch([...good, [told('a', 49_900, 100)]])).toMatchObject({ requests: 1_000, errors: 100, windowMs: 1_000 })
  })

  it('beyond the sample window count no more', () => {
    const burst = [[told('a', 0)], [told('a', 0, 20)]]
    const still = (length: number) => Array.from({ length }, () => [told('a', 0, 20)])
    expect(watch([...burst, ...still(30), [told('a', 30, 20)]])).toMatchObject({ requests: 50, errors: 20 })
    expect(watch([...burst, ...still(61), [told('a', 30, 20)]])).toBeNull()
  })

  it('are the last straw only with a look that brought requests', () => {
    expect(watch([[told('a', 0)], [told('a', 0, 60)]])).not.toBeNull()
    expect(watch([[told('a', 0)], [told('a', 0, 60)], [told('a', 0, 60)]])).toBeNull()
  })

  it('must be bad in k of the last n looks, where a service asks for that', () => {
    const twice = { ...judgement, criticalOf: { k: 2, n: 3 } }
    const bad = (n: number) => [told('a', 0, n * 60)]
    expect(watch([bad(0), bad(1)], twice)).toBeNull()
    expect(watch([bad(0), bad(1), bad(2)], twice)).toMatchObject({ requests: 60, errors: 60 })
    // Good ones between: the first bad one is no longer among the last three.
    const good = [2000, 4000, 6000].map((ok) => [told('a', ok, 60)])
    expect(watch([bad(0), bad(1), ...good, [told('a', 6000, 120)]], twice)).toBeNull()
  })
})

describe('counters that begin anew', () => {
  it('after a restart in the same life count what they hold since', () => {
    expect(watch([[told('a', 5000, 40)], [told('a', 70, 2)]])).toBeNull()
    expect(watch([[told('a', 5000, 40)], [told('a', 40, 20)]])).toMatchObject({ requests: 60, errors: 20 })
  })

  it('in another life say nothing at first', () => {
    expect(watch([[told('a', 5000, 0, 'u1/0')], [told('a', 10, 90, 'u1/1')]])).toBeNull()
  })

  it('and series that come back are not counted twice', () => {
    const without: PodReading = { pod: 'a', life: 'a', requests: new Map([['200', 1010]]), errors: new Map() }
    expect(watch([[told('a', 1000, 300)], [without], [told('a', 1020, 300)]])).toBeNull()
  })

  it('and a series that was not there before began at nothing', () => {
    const before: PodReading = { pod: 'a', life: 'a', requests: new Map([['200', 1000]]), errors: new Map() }
    expect(watch([[before], [told('a', 1050, 50)]])).toMatchObject({ requests: 100, errors: 50 })
  })
})

describe('pods that come, go, or do not answer', () => {
  it('are unknown, never bad', () => {
    expect(watch([[told('a', 0)], [silent('a')], [silent('a')]])).toBeNull()
  })

  it('do not keep the others from being judged', () => {
    const looks = [
      [told('a', 0), silent('b')],
      [told('a', 30, 30), silent('b')],
    ]
    expect(watch(looks)).toMatchObject({ requests: 60, pods: [{ pod: 'a' }] })
  })

  it('that answer again count what grew meanwhile, over that time', () => {
    const looks = [[told('a', 0)], [silent('a')], [silent('a')], [told('a', 30, 30)]]
    expect(watch(looks)).toMatchObject({ requests: 60, errors: 30, windowMs: 3_000 })
  })

  it('that were silent for longer than the window begin anew', () => {
    const looks = [[told('a', 0)], ...Array.from({ length: 61 }, () => [silent('a')]), [told('a', 30, 30)]]
    expect(watch(looks)).toBeNull()
  })

  it('that are new say nothing at first, and what those that went had counted still counts', () => {
    const looks = [[told('a', 0)], [told('a', 10, 30)], [told('b', 100, 900)], [told('b', 110, 900)]]
    expect(watch(looks)).toMatchObject({ requests: 50, errors: 30, windowMs: 3_000 })
  })

  it('never tell of more errors than requests', () => {
    const odd = (ok: number, failed: number): PodReading => ({
      pod: 'a',
      life: 'a',
      requests: new Map([['all', ok]]),
      errors: new Map([['failed', failed]]),
    })
    expect(watch([[odd(0, 0)], [odd(50, 70)]])).toMatchObject({ requests: 50, errors: 50 })
  })
})
