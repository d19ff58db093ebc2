/**
 * The new version begins to answer everything with 500: from the first such answer until the weights are seen at 100/0 from
 * outside. A real Prometheus scrapes the pods each 15 s and is asked each 10 s; with eyes the pods' own counters are read
 * between, each second, by their addresses.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Measurement, Row } from '../measurement.ts'
import { type MeasuredStage, openMeasuredStage, PER_SECOND } from '../plane/measured-stage.ts'
import { BAD_RESPONSE_RUNS } from '../plane/services.ts'
import { median, round, spread } from '../statistics.ts'

/** Some scrapes of a healthy new version come first. */
const HEALTHY_MS = 50_000
/** Longer than between two scrapes and two samples together. */
const SPREAD_MS = 25_000

export const badResponseToRestored: Row = {
  name: 'bad-response-to-restored',
  async run() {
    const stage = await openMeasuredStage(
      [...BAD_RESPONSE_RUNS.eyes, ...BAD_RESPONSE_RUNS.blind].map(({ name }) => name),
    )
    try {
      return [await withEyes(stage, this.name), await without(stage, this.name)]
    } finally {
      await stage.close()
    }
  },
}

/** One after another: each takes a second or two. */
async function withEyes(stage: MeasuredStage, row: string): Promise<Measurement> {
  const names = BAD_RESPONSE_RUNS.eyes.map(({ name }) => name)
  await stage.bringHalfTheTraffic(names)
  await pause(HEALTHY_MS)
  const times: number[] = []
  for (const name of names) {
    await pause(Math.random() * 2_000)
    times.push(await failAndRestore(stage, name))
  }
  return measured(`${row}: with eyes`, times, 3)
}

/** Side by side, at moments of their own: what is waited for is the next scrape and the next sample. */
async function without(stage: MeasuredStage, row: string): Promise<Measurement> {
  const names = BAD_RESPONSE_RUNS.blind.map(({ name }) => name)
  await stage.bringHalfTheTraffic(names)
  await pause(HEALTHY_MS)
  const runs = names.map(async (name) => {
    await pause(Math.random() * SPREAD_MS)
    return failAndRestore(stage, name)
  })
  return measured(`${row}: without`, await Promise.all(runs), null)
}

async function failAndRestore({ apps, witness }: MeasuredStage, name: string): Promise<number> {
  const [failed, restored] = await Promise.all([
    apps.call('fallIll', { service: name }),
    witness.weights(name, '100/0'),
  ])
  await apps.call('load', { service: name, perSecond: 0 })
  return (restored - failed) / 1000
}

function measured(name: string, times: readonly number[], goal: number | null): Measurement {
  const note = `${spread(times, 's')}; ${PER_SECOND} requests a second`
  return { name, value: round(median(times)), unit: 's', goal, better: 'lower', note }
}
