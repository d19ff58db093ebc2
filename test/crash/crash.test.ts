/** A part of `npm run test:crash`: a few places of each kind of run, killed after a write, end as if nothing had been. */
import { describe, expect, it } from 'vitest'
import { ENDINGS } from './endings.ts'
import { killAt } from './points.ts'
import { VARIANTS } from './variants.ts'

/** Some of the run to completion, which is long, and of each ending. */
const EVERY = { 'to completion': 97, other: 29 } as const

const CHOSEN = ['canary, replicas', 'canary, istio by host', 'blue-green', 'rolling']
const cases = VARIANTS.filter(({ name }) => CHOSEN.includes(name)).flatMap((variant, row) =>
  ENDINGS.map((ending, column) => ({ variant, ending, name: variant.name, first: 7 * row + 5 * column })),
)

describe('a bot that is killed at a write and started again', () => {
  it.each(cases)('comes to the same end: $name, $ending', { timeout: 120_000 }, async ({ variant, ending, first }) => {
    const every = ending === 'to completion' ? EVERY[ending] : EVERY.other
    const found = await killAt(variant, ending, { every, first })
    expect(found.points).toBeGreaterThan(0)
    expect(found.different).toEqual([])
  })
})
