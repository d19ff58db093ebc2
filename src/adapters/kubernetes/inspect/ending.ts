/** How much time a pod has to leave: its grace, and what of it the preStop hook sleeps away before the program hears of its end. */
import { isObject, type JsonObject, listAt, numberAt, objectAt } from '../json.ts'

/** What the API server fills in. */
const DEFAULT_GRACE_SECONDS = 30

export interface Ending {
  readonly hasPreStop: boolean
  /** s; null where there is no hook, or it does not say how long it takes. */
  readonly preStopSeconds: number | null
  /** `terminationGracePeriodSeconds`: after so long the pod is killed, whatever its hook does. */
  readonly graceSeconds: number
}

/** Of a pod's spec, and of the container that carries the version. */
export function endingOf(spec: JsonObject, container: JsonObject): Ending {
  const preStop = objectAt(container, 'lifecycle').preStop
  return {
    hasPreStop: isObject(preStop),
    preStopSeconds: sleepOf(preStop),
    graceSeconds: numberAt(spec, 'terminationGracePeriodSeconds') ?? DEFAULT_GRACE_SECONDS,
  }
}

/** `sleep: { seconds: 5 }`, `exec` of `sleep 5`, or of a shell that sleeps among other things. */
function sleepOf(preStop: unknown): number | null {
  const seconds = numberAt(preStop, 'sleep', 'seconds')
  if (seconds !== undefined) return seconds
  const command = listAt(preStop, 'exec', 'command').join(' ')
  const sleeps = [...command.matchAll(/\bsleep\s+(\d+(?:\.\d+)?)(m?)/g)].map(
    ([, count, unit]) => Number(count) * (unit === 'm' ? 60 : 1),
  )
  return sleeps.length === 0 ? null : sleeps.reduce((sum, sleep) => sum + sleep, 0)
}
