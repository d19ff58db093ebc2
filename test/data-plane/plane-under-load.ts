/** A data plane on a running cluster with a constant load on it, through two proxies that each learn another part late. */
import type { Clock } from '../../src/ports/clock.ts'
import type { Front } from './backends.ts'
import { startLoad } from './constant-load.ts'
import { dataPlane } from './data-plane.ts'
import type { Answers } from './every-answer.ts'
import { connectionDoor, requestDoor } from './front-door.ts'
import { followObjects, type LiveOptions } from './live-objects.ts'
import { unluckyLags } from './proxy-view.ts'

/** Of a quick and a slow part of a mesh, ms; the tests' pods sleep 1 s in preStop. */
const SHORT_MS = 20
const LONG_MS = 200

const LOAD = { callers: 3, pauseMs: 60, mostRequests: 50_000, longestMs: 10 * 60_000 }
/** Of a pod, ms: some requests are in flight at every moment. */
const ANSWER_MS = 5

export interface PlaneUnderLoad {
  /** Since they were taken the last time. */
  answers(): Answers
  /** The same, and from now on it is counted afresh. */
  takeAnswers(): Answers
  stop(): Promise<void>
}

/** Resolves when the proxies lead somewhere; the load begins then. */
export async function planeUnderLoad(front: Front, options: LiveOptions & { clock: Clock }): Promise<PlaneUnderLoad> {
  const plane = dataPlane({ clock: options.clock, front, lags: unluckyLags(SHORT_MS, LONG_MS), answerMs: ANSWER_MS })
  const unfollow = await followObjects(plane, options)
  await Promise.all(
    plane.proxies.map(
      (proxy) =>
        new Promise<void>((resolve) => {
          const look = () => proxy.backends().every(({ pods }) => pods.length > 0) && resolve()
          proxy.view.onChange(look)
          look()
        }),
    ),
  )
  const door = front.router.kind === 'replicas' ? connectionDoor : requestDoor
  const doors = await Promise.all(plane.proxies.map((proxy) => door(plane, proxy)))
  const loads = doors.map(({ url }, index) =>
    startLoad(url, { ...LOAD, name: plane.proxies[index]?.view.lags.name ?? '' }),
  )
  const answers = () => joined(loads.map((load) => load.answers()))
  return {
    answers,
    takeAnswers() {
      const taken = answers()
      for (const load of loads) load.forget()
      return taken
    },
    async stop() {
      await Promise.all(loads.map((load) => load.stop()))
      await Promise.all(doors.map((one) => one.close()))
      await unfollow()
      plane.stop()
    },
  }
}

function joined(rows: readonly Answers[]): Answers {
  const served: Record<string, number> = {}
  for (const [version, count] of rows.flatMap((row) => Object.entries(row.served))) {
    served[version] = (served[version] ?? 0) + count
  }
  return { asked: rows.reduce((sum, row) => sum + row.asked, 0), served, lost: rows.flatMap(({ lost }) => lost) }
}
