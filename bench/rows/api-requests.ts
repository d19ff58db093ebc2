/**
 * Requests of a whole deployment to the API server, counted on their way by a proxy that only the bot goes through: from the
 * command until the old version is kept no longer. Each strategy and router twice, with short windows and with longer ones:
 * the difference is what a minute under observation costs.
 */
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import { VARIANTS } from '../../test/running/variants.ts'
import type { Measurement, Row } from '../measurement.ts'
import { type Counts, openCountedStage } from '../plane/counted-stage.ts'
import { type CountedRun, countedRun } from '../plane/variant-services.ts'
import { round } from '../statistics.ts'

const SHORT_MS = 10 * SECOND
const LONG_MS = 40 * SECOND

export const apiRequests: Row = {
  name: 'api-requests',
  async run() {
    const short = VARIANTS.map((variant) => countedRun(variant, 'short', SHORT_MS))
    const long = VARIANTS.map((variant) => countedRun(variant, 'long', LONG_MS))
    const stage = await openCountedStage([...short, ...long].map(({ service }) => service))
    try {
      const count = ({ service, variant }: CountedRun) => stage.deployToTheEnd(service, variant.strategy)
      const [few, many] = await Promise.all([Promise.all(short.map(count)), Promise.all(long.map(count))])
      return short.map(({ variant, watchedMs }, place): Measurement => {
        const [less, more] = [totals(few[place]), totals(many[place])]
        const minutes = ((long[place]?.watchedMs ?? 0) - watchedMs) / MINUTE
        const growth = round((more.all - less.all) / minutes)
        const note = `${less.reads} reads, ${less.writes} writes, ${less.watches} watches; ${growth} more each minute under observation`
        return {
          name: `${this.name}: ${variant.name}`,
          value: less.all,
          unit: 'requests',
          goal: null,
          better: 'lower',
          note,
        }
      })
    } finally {
      await stage.close()
    }
  },
}

function totals(counts: Counts = {}) {
  const sum = (belongs: (verb: string) => boolean) =>
    Object.entries(counts).reduce((all, [kind, times]) => all + (belongs(kind.split(' ')[0] ?? '') ? times : 0), 0)
  const [reads, watches, all] = [sum((verb) => verb === 'GET'), sum((verb) => verb === 'WATCH'), sum(() => true)]
  return { reads, watches, writes: all - reads - watches, all }
}
