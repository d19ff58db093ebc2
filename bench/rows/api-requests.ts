/**
 * Requests of a whole deployment to the API server, counted on their way by a proxy that only the bot goes through: from
 * the command until the old version is kept no longer. The deployment takes minutes instead of hours; what each further
 * minute costs is counted in one in which nothing happens but watching.
 */
import { SECOND } from '../../src/playbook/durations.ts'
import type { Measurement, Row } from '../measurement.ts'
import { type Counted, type Counts, openCountedStage } from '../plane/counted-stage.ts'
import { COUNTED_RUNS } from '../plane/variant-services.ts'

export const apiRequests: Row = {
  name: 'api-requests',
  async run() {
    const stage = await openCountedStage(COUNTED_RUNS.map(({ service }) => service))
    try {
      return await Promise.all(
        COUNTED_RUNS.map(async ({ variant, service }) =>
          measured(`${this.name}: ${variant.name}`, await stage.deployToTheEnd(service, variant.strategy)),
        ),
      )
    } finally {
      await stage.close()
    }
  },
}

function measured(name: string, { whole, minute, lastedMs }: Counted): Measurement {
  const { reads, writes, dryRuns, watches, all } = sums(whole)
  const growth = sums(minute.after).all - sums(minute.before).all
  const parts = `${reads} reads, ${writes} writes, ${dryRuns} dry runs, ${watches} watches`
  const note = `${parts} in ${Math.round(lastedMs / SECOND)} s; ${growth} in a minute of watching`
  return { name, value: all, unit: 'requests', goal: null, better: 'lower', note }
}

function sums(counts: Counts) {
  const rows = Object.entries(counts)
  const sum = (...verbs: readonly string[]) =>
    rows.reduce((total, [kind, times]) => (verbs.includes(kind.split(' ')[0] ?? '') ? total + times : total), 0)
  return {
    reads: sum('GET'),
    writes: sum('POST', 'PUT', 'PATCH', 'DELETE'),
    dryRuns: sum('DRY-RUN'),
    watches: sum('WATCH'),
    all: rows.reduce((total, [, times]) => total + times, 0),
  }
}
