/**
 * How a Deployment rolls out, as fields of its spec: each state below is one the Deployment controller comes to by itself
 * and then stays in, whoever dies meanwhile. With N pods wanted, `maxSurge` s and `maxUnavailable` u it goes down to N - u
 * old pods and up to s + u new ones, and no further for as long as no new pod counts as available.
 */
import type { Pin, PinnedRollout } from '../../../playbook/deployment.ts'
import { at, isObject, type JsonObject, objectAt, sameJson, withAt } from '../json.ts'
import { templateOf } from '../traffic.ts'

const FIELDS = ['strategy', 'minReadySeconds', 'progressDeadlineSeconds', 'paused'] as const

/** Ten years: until then no new pod counts as available, so nothing but another write of ours lets the rollout go on. */
const NEVER_SECONDS = 315_360_000

/** What `rollPods` wants: so many new pods, and so many pods beyond the workload's size meanwhile. */
export interface Batch {
  readonly wanted: number
  readonly surge: number
}

export function pinnedRollout(workload: JsonObject, hash: string): PinnedRollout {
  const spec = objectAt(workload, 'spec')
  return { hash, spec: Object.fromEntries(FIELDS.flatMap((field) => (field in spec ? [[field, spec[field]]] : []))) }
}

/** The workload with exactly these fields of `FIELDS`; those that are not given go. */
export function withRollout(workload: JsonObject, spec: Readonly<Record<string, unknown>>): JsonObject {
  return FIELDS.reduce((changed, field) => withAt(changed, ['spec', field], spec[field]), workload)
}

/** On the way to a batch, or there: then it is left as it is, paused or not. */
export function withBatch(workload: JsonObject, template: JsonObject, { wanted, surge }: Batch): JsonObject {
  const rolling = withRollout(withAt(workload, ['spec', 'template'], template), {
    strategy: rollingUpdate(surge, Math.max(0, wanted - surge)),
    minReadySeconds: NEVER_SECONDS,
    progressDeadlineSeconds: NEVER_SECONDS + 1,
  })
  const unpaused = withAt(workload, ['spec', 'paused'], undefined)
  return sameJson(unpaused, rolling) ? workload : rolling
}

/** New pods that this workload is on its way to, or has: all of them once it rolls out as it did before. */
export function newPodsWanted(workload: JsonObject, pin: Pin, size: number): number {
  if (sameJson(templateOf(workload), pin.template)) return 0
  if (at(workload, 'spec', 'minReadySeconds') !== NEVER_SECONDS) return size
  const { maxSurge, maxUnavailable } = objectAt(workload, 'spec', 'strategy', 'rollingUpdate')
  return Math.min(size, Number(maxSurge) + Number(maxUnavailable))
}

/** No old pod left: the rest of the rollout as it always was. */
export function withoutBatches(workload: JsonObject, { spec }: PinnedRollout): JsonObject {
  return withRollout(workload, { ...spec, paused: undefined })
}

/**
 * The old version again, all its missing pods at once beside the new ones. `unavailable`: new pods that may go before
 * old ones are there. A workload that never rolled is left as it is.
 */
export function goingBack(
  workload: JsonObject,
  pin: Pin,
  { spec }: PinnedRollout,
  unavailable: number | string,
): JsonObject {
  if (isUntouched(workload, pin, spec)) return workload
  const old = isObject(pin.template) ? pin.template : {}
  const strategy = rollingUpdate('100%', unavailable)
  return withRollout(withAt(workload, ['spec', 'template'], old), { ...spec, strategy, paused: undefined })
}

/** Does it roll out as before, with the old template? On the way back these fields are put back last, so it is over then. */
export function isPutBack(workload: JsonObject, pin: Pin, { spec }: PinnedRollout): boolean {
  return isUntouched(workload, pin, spec) && !sameJson(spec.strategy, rollingUpdate('100%', '100%'))
}

function isUntouched(workload: JsonObject, pin: Pin, spec: PinnedRollout['spec']): boolean {
  return sameJson(templateOf(workload), pin.template) && sameJson(workload, withRollout(workload, spec))
}

function rollingUpdate(maxSurge: number | string, maxUnavailable: number | string): JsonObject {
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } }
}
