/** From the press of Abort on the card, in the Slack stand-in, until the weights are seen at 100/0 from outside. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Row } from '../measurement.ts'
import { ABORT_RUNS } from '../plane/services.ts'
import { theStage } from '../plane/stage.ts'
import { median, round, spread } from '../statistics.ts'

export const abortToRestored: Row = {
  name: 'abort-to-restored',
  async run() {
    const { workspace, witness, deploy } = await theStage()
    await deploy(ABORT_RUNS)
    const times: number[] = []
    for (const { name } of ABORT_RUNS) {
      await pause(500 + Math.random() * 1_000)
      const [click, restored] = await Promise.all([
        workspace.call('press', { deployment: `${name}-1`, action: 'abort' }),
        witness.weights(name, '100/0'),
      ])
      if (!click.ok) throw new Error(`the press was not acknowledged: ${click.shown}`)
      times.push(restored - click.at)
    }
    return [
      {
        name: this.name,
        value: round(median(times)),
        unit: 'ms',
        goal: 300,
        better: 'lower',
        note: spread(times, 'ms'),
      },
    ]
  },
}
