/** A scaled clock that several processes agree on, also one that was started later. */
import { scaledClock } from '../../src/adapters/clocks.ts'
import type { Clock } from '../../src/ports/clock.ts'

/** At the wall time `anchor` (ms since the epoch) it shows just that; from there it runs `factor` times as fast. */
export function anchoredClock(anchor: number, factor: number): Clock {
  let begun = false
  return scaledClock(factor, () => {
    if (begun) return Date.now()
    begun = true
    return anchor
  })
}
