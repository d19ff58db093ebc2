import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestPods } from '../../src/playbook/nearest-pods.ts'

const shareOf = (pods: number, stable: number) => (100 * pods) / (stable + pods)

describe('nearest pods', () => {
  it('turns 5, 25 and 50 percent beside three pods into one, one and three', () => {
    expect([5, 25, 50].map((percent) => nearestPods(percent, 3))).toEqual([
      { pods: 1, share: 25 },
      { pods: 1, share: 25 },
      { pods: 3, share: 50 },
    ])
  })

  it('comes near 5 percent with many pods: 1 of 11, 1 of 20', () => {
    expect(nearestPods(5, 10)).toEqual({ pods: 1, share: 100 / 11 })
    expect(nearestPods(5, 19)).toEqual({ pods: 1, share: 5 })
  })

  it('gives nothing for 0 and everything for 100', () => {
    expect(nearestPods(0, 3)).toEqual({ pods: 0, share: 0 })
    expect(nearestPods(100, 3)).toEqual({ pods: 3, share: 100 })
    expect(nearestPods(100, 0)).toEqual({ pods: 1, share: 100 })
  })

  it('goes up where two numbers are equally near', () => {
    // Beside 1 old pod: 1 new is 50 %, 2 are 66.7 %; the middle is 58.33 %, which 700/12 is exactly.
    expect(nearestPods(700 / 12, 1).pods).toBe(2)
  })

  it('is never none, never all, and never further away than any other number of pods', () => {
    const percents = fc.integer({ min: 1, max: 99 })
    const sizes = fc.integer({ min: 1, max: 60 })
    fc.assert(
      fc.property(percents, sizes, fc.integer({ min: 1, max: 6_000 }), (percent, stable, other) => {
        const { pods, share } = nearestPods(percent, stable)
        expect(share).toBeCloseTo(shareOf(pods, stable))
        expect(pods).toBeGreaterThanOrEqual(1)
        expect(share).toBeLessThan(100)
        const distance = (count: number) => Math.abs(shareOf(count, stable) - percent)
        expect(distance(pods)).toBeLessThanOrEqual(distance(other) + 1e-9)
      }),
    )
  })

  it('never asks for fewer pods at a greater share', () => {
    const percents = fc.integer({ min: 0, max: 99 })
    fc.assert(
      fc.property(percents, fc.integer({ min: 1, max: 60 }), (percent, stable) => {
        const next = percent + 1 < 100 ? nearestPods(percent + 1, stable).pods : Number.POSITIVE_INFINITY
        expect(next).toBeGreaterThanOrEqual(nearestPods(percent, stable).pods)
      }),
    )
  })
})
