/** Where the bot is killed: the places of one run, and what came of each. */
import type { Ending } from './endings.ts'
import type { Fate } from './life.ts'
import { differences } from './outcome.ts'
import { type Played, play } from './play.ts'
import type { Variant } from './variants.ts'

/** Every n-th place from the first on; all of them by 1. */
export interface Sieve {
  readonly every: number
  readonly first: number
}

export interface Found {
  readonly points: number
  /** Of each point that made one: where it was, and what was different. */
  readonly different: readonly { readonly where: string; readonly what: readonly string[] }[]
}

/**
 * After each write; and before those to cluster and Slack, which are sent beside others, so that the world before one is
 * not the world after another. The way to the last act is killed in the run to completion, not once more for each ending.
 */
export function placesOf({ writes, before }: Played, ending: Ending): readonly Fate[] {
  const from = ending === 'to completion' ? 0 : before
  return writes.slice(from).flatMap((what, offset): readonly Fate[] => {
    const at = from + offset
    const outside = what.startsWith('cluster ') || what.startsWith('slack ')
    return outside
      ? [
          { at, when: 'before' },
          { at, when: 'after' },
        ]
      : [{ at, when: 'after' }]
  })
}

/** Kills at each place that the sieve lets through, and compares with the undisturbed run. */
export async function killAt(variant: Variant, ending: Ending, { every, first }: Sieve): Promise<Found> {
  const undisturbed = await play(variant, ending)
  const places = placesOf(undisturbed, ending).filter((_, index) => index % every === first % every)
  const different: Found['different'][number][] = []
  for (const fate of places) {
    const what = await differencesAt(variant, ending, undisturbed, fate)
    const where = `${variant.name}, ${ending}: ${fate.when} write ${fate.at} (${undisturbed.writes[fate.at]})`
    if (what.length > 0) different.push({ where, what })
  }
  return { points: places.length, different }
}

async function differencesAt(
  variant: Variant,
  ending: Ending,
  undisturbed: Played,
  fate: Fate,
): Promise<readonly string[]> {
  try {
    const { outcome, restarts, asked } = await play(variant, ending, [fate])
    const died = restarts === 1 ? [] : [`it died ${restarts} times instead of once`]
    return [...died, ...differences(undisturbed.outcome, outcome, asked - undisturbed.asked)]
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}
