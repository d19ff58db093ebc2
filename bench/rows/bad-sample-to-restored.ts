/**
 * The query server's answer is switched at a random moment; from the moment it has given the first bad answer until the
 * weights are seen at 100/0 by a watch of our own. The wait for the next sample (0 to 10 s) is not counted: every tool
 * pays its own interval, this is what comes after it.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Row } from '../measurement.ts'
import { BAD_SAMPLE_RUNS } from '../plane/services.ts'
import { theStage } from '../plane/stage.ts'
import { median, round, spread } from '../statistics.ts'

export const badSampleToRestored: Row = {
  name: 'bad-sample-to-restored',
  async run() {
    const { queries, witness, deploy } = await theStage()
    await deploy(BAD_SAMPLE_RUNS)
    const times: number[] = []
    for (const { name } of BAD_SAMPLE_RUNS) {
      await pause(500 + Math.random() * 1_500)
      const [answered, restored] = await Promise.all([
        queries.call('turnBad', { service: name }),
        witness.weights(name, '100/0'),
      ])
      times.push(restored - answered)
    }
    return [
      {
        name: this.name,
        value: round(median(times)),
        unit: 'ms',
        goal: 44,
        better: 'lower',
        note: spread(times, 'ms'),
      },
    ]
  },
}
