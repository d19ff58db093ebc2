/** The three makes of the Clock port. */
import type { Clock } from '../ports/clock.ts'

/** Node's timers overflow above 2^31-1 ms (24.8 days): longer waits are taken in pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export function realClock(): Clock {
  return scaledClock(1)
}

/**
 * A clock that runs `factor` times as fast as the wall clock, starting at the wall clock's present time.
 * `factor` 1 is the real clock.
 */
export function scaledClock(factor: number, wallNow: () => number = Date.now): Clock {
  if (!(factor > 0)) throw new RangeError(`a clock's factor must be above 0, got ${factor}`)
  const start = wallNow()
  const now = () => start + (wallNow() - start) * factor
  return {
    now: () => Math.floor(now()),
    toRealMs: (ms) => ms / factor,
    schedule(at, run) {
      let timer: NodeJS.Timeout | undefined
      const arm = () => {
        const left = (at - now()) / factor
        if (left <= 0 && timer !== undefined) return run()
        timer = setTimeout(left > LONGEST_TIMER_MS ? arm : fire, Math.min(Math.max(0, left), LONGEST_TIMER_MS))
      }
      const fire = () => (at - now() > factor ? arm() : run())
      arm()
      return () => clearTimeout(timer)
    },
  }
}

export interface SteppedClock extends Clock {
  /** The next deadline that somebody waits for, or undefined when nobody waits. */
  nextDeadline(): number | undefined
  /** Moves the time to `at` and runs every deadline up to it, in order of time, then of registration. Never moves back. */
  advanceTo(at: number): void
}

/** A clock that stands still until `advanceTo`. */
export function steppedClock(start: number): SteppedClock {
  let time = start
  let sequence = 0
  const waiting = new Map<number, { at: number; run: () => void }>()
  const first = () => {
    let best: [number, { at: number; run: () => void }] | undefined
    for (const entry of waiting) if (!best || entry[1].at < best[1].at) best = entry
    return best
  }
  return {
    now: () => time,
    toRealMs: () => 0,
    schedule(at, run) {
      const key = sequence++
      waiting.set(key, { at, run })
      return () => void waiting.delete(key)
    },
    nextDeadline: () => first()?.[1].at,
    advanceTo(at) {
      for (let due = first(); due && due[1].at <= at; due = first()) {
        waiting.delete(due[0])
        time = Math.max(time, due[1].at)
        due[1].run()
      }
      time = Math.max(time, at)
    },
  }
}
