/** Something that runs beside the engine of a stage, on its clock. */
import type { Clock } from '../../src/ports/clock.ts'
import type { Stage } from './stage.ts'

/** Time goes on only while `run` waits for it; answers of servers take as long as they take. */
export async function beside<T>(stage: Stage, run: (clock: Clock) => Promise<T>): Promise<T> {
  const waits = new Set<number>()
  const clock: Clock = {
    ...stage.clock,
    schedule(at, wake) {
      waits.add(at)
      const cancel = stage.clock.schedule(at, () => {
        waits.delete(at)
        wake()
      })
      return () => {
        waits.delete(at)
        cancel()
      }
    },
  }
  let ended = false
  const running = run(clock).finally(() => {
    ended = true
  })
  while (!ended) {
    const until = waits.values().next().value
    if (until !== undefined) await stage.pass(Math.max(0, until - stage.clock.now()))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return running
}
