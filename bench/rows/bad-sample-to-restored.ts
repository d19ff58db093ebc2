/**
 * The query server's answer is switched at a random moment; from the moment it has given the first bad answer until the
 * weights are seen at 100/0 by a watch of our own. The wait for the next sample (0 to 10 s) is not counted: every tool
 * pays its own interval, this is what comes after it. Then the same for every strategy and router, as they are and with
 * one of three old pods unready: until no request would reach a new pod, by the objects as a watch of our own sees them.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Service } from '../../src/playbook/service.ts'
import type { Measurement, Row, Skipped } from '../measurement.ts'
import { BAD_SAMPLE_RUNS } from '../plane/services.ts'
import { type Stage, theStage } from '../plane/stage.ts'
import { openScene, type VariantScene } from '../plane/variant-scene.ts'
import { SCENES, type SceneSettings } from '../plane/variant-services.ts'
import { median, round, spread } from '../statistics.ts'

export const badSampleToRestored: Row = {
  name: 'bad-sample-to-restored',
  async run() {
    const stage = await theStage()
    const results: (Measurement | Skipped)[] = [await byHost(stage, this.name)]
    for (const settings of SCENES) results.push(...(await inScene(stage, `${this.name}: ${settings.name}`, settings)))
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

/** A scene that cannot be measured takes nothing from the others. */
async function inScene(
  stage: Stage,
  name: string,
  settings: SceneSettings,
): Promise<readonly (Measurement | Skipped)[]> {
  const { well, oldPodUnready } = settings
  try {
    const scene = await openScene(stage, settings)
    const measurements = [measured(name, await restoreEach(scene, well), null)]
    if (oldPodUnready.length > 0) {
      await scene.weaken(oldPodUnready)
      measurements.push(measured(`${name}, one old pod unready`, await restoreEach(scene, oldPodUnready), null))
    }
    await scene.close()
    return measurements
  } catch (error) {
    process.exitCode = 1
    return [{ name, skipped: `failed: ${error instanceof Error ? error.message : String(error)}` }]
  }
}

async function restoreEach(scene: VariantScene, services: readonly Service[]): Promise<readonly number[]> {
  const times: number[] = []
  for (const service of services) times.push(await scene.restore(service))
  return times
}

function measured(name: string, times: readonly number[], goal: number | null): Measurement {
  return { name, value: round(median(times)), unit: 'ms', goal, better: 'lower', note: spread(times, 'ms') }
}
