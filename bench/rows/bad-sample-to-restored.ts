/**
 * The query server's answer is switched at a random moment; from the moment it has given the first bad answer until the
 * weights are seen at 100/0 by a watch of our own. The wait for the next sample (0 to 10 s) is not counted: every tool
 * pays its own interval, this is what comes after it. Then the same for every strategy and router, as they are and with
 * one of three old pods unready: until no request would reach a new pod, by the objects as a watch of our own sees them.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Measurement, Row, Skipped } from '../measurement.ts'
import { BAD_SAMPLE_RUNS } from '../plane/services.ts'
import { type Stage, theStage } from '../plane/stage.ts'
import { openScene } from '../plane/variant-scene.ts'
import { type BadSampleRuns, VARIANT_RUNS } from '../plane/variant-services.ts'
import { median, round, spread } from '../statistics.ts'

export const badSampleToRestored: Row = {
  name: 'bad-sample-to-restored',
  async run() {
    const stage = await theStage()
    const results: (Measurement | Skipped)[] = [await byHost(stage, this.name)]
    for (const runs of VARIANT_RUNS)
      results.push(...(await everyRouter(stage, `${this.name}: ${runs.variant.name}`, runs)))
    return results
  },
}

async function byHost({ queries, witness, deploy }: Stage, name: string): Promise<Measurement> {
  await deploy(BAD_SAMPLE_RUNS)
  const times: number[] = []
  for (const service of BAD_SAMPLE_RUNS) {
    await pause(500 + Math.random() * 1_500)
    const [answered, restored] = await Promise.all([
      queries.call('turnBad', { service: service.name }),
      witness.weights(service.name, '100/0'),
    ])
    times.push(restored - answered)
  }
  return measured(name, times, 44)
}

/** A variant that cannot be measured takes nothing from the others. */
async function everyRouter(
  stage: Stage,
  name: string,
  runs: BadSampleRuns,
): Promise<readonly (Measurement | Skipped)[]> {
  try {
    const scene = await openScene(stage, runs)
    const well: number[] = []
    for (const service of runs.well) well.push(await scene.restore(service))
    await scene.weaken(runs.oldPodUnready)
    const weak: number[] = []
    for (const service of runs.oldPodUnready) weak.push(await scene.restore(service))
    await scene.close()
    return [measured(name, well, null), measured(`${name}, one old pod unready`, weak, null)]
  } catch (error) {
    process.exitCode = 1
    return [{ name, skipped: `failed: ${error instanceof Error ? error.message : String(error)}` }]
  }
}

function measured(name: string, times: readonly number[], goal: number | null): Measurement {
  return { name, value: round(median(times)), unit: 'ms', goal, better: 'lower', note: spread(times, 'ms') }
}
