/**
 * Pods of the new version fall ill while every metric is fine: from the first pod seen unready until the weights are seen
 * at 100/0, both by the same watch from outside.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Service } from '../../src/playbook/service.ts'
import type { Measurement, Row } from '../measurement.ts'
import { CRASH_RUNS, NAMESPACE } from '../plane/services.ts'
import { type Stage, theStage } from '../plane/stage.ts'
import { median, round, spread } from '../statistics.ts'

const CASES = [
  { name: 'all crash', runs: CRASH_RUNS.all, sickness: 'crash-loop', pods: 2 },
  { name: 'half crash', runs: CRASH_RUNS.half, sickness: 'crash-loop', pods: 1 },
  { name: 'all unready', runs: CRASH_RUNS.unready, sickness: 'unready', pods: 2 },
] as const

export const crashToRestored: Row = {
  name: 'crash-to-restored',
  async run() {
    const stage = await theStage()
    await stage.deploy(CASES.flatMap(({ runs }) => runs))
    const measurements: Measurement[] = []
    for (const { name, runs, sickness, pods } of CASES) {
      const times: number[] = []
      for (const service of runs) times.push(await fallIll(stage, service, sickness, pods))
      const value = round(median(times))
      const note = spread(times, 'ms')
      measurements.push({ name: `${this.name}: ${name}`, value, unit: 'ms', goal: 500, better: 'lower', note })
    }
    return measurements
  },
}

async function fallIll({ api, witness }: Stage, { name }: Service, sickness: string, count: number): Promise<number> {
  await pause(500 + Math.random() * 1_000)
  const names = witness
    .canaryPods(name)
    .slice(0, count)
    .map((pod) => pod.name)
  if (names.length < count) throw new Error(`${name} has ${names.length} new pods, ${count} were to fall ill`)
  const [ill, restored] = await Promise.all([
    witness.unready(names),
    witness.weights(name, '100/0'),
    ...names.map((pod) =>
      api.patch(`/api/v1/namespaces/${NAMESPACE}/pods/${pod}`, {
        metadata: { annotations: { 'tminus.test/sick-now': sickness } },
      }),
    ),
  ])
  return restored - ill
}
