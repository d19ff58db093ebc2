/** When is a rollout complete? The rules of Deployments, without the traps: absent numbers, an older generation's status. */
import { countAt, isObject, type JsonObject, listAt, numberAt, textAt } from './json.ts'

export interface RolloutState {
  readonly wanted: number
  readonly ready: number
  readonly available: number
  readonly updated: number
  readonly complete: boolean
  readonly stuck: string | null
}

/** spec.replicas; absent means 1. */
export function wantedReplicas(deployment: JsonObject): number {
  return numberAt(deployment, 'spec', 'replicas') ?? 1
}

/** Reads a Deployment. `complete` is false while the status describes an older generation: right after a write it still tells of the old success. */
export function rolloutState(deployment: JsonObject): RolloutState {
  const wanted = wantedReplicas(deployment)
  const count = (name: string) => countAt(deployment, 'status', name)
  const observed = count('observedGeneration') >= countAt(deployment, 'metadata', 'generation')
  const updated = count('updatedReplicas')
  const available = count('availableReplicas')
  const stuck = stuckBecause(deployment)
  const settled = updated === wanted && count('replicas') === updated && available === updated
  return {
    wanted,
    ready: count('readyReplicas'),
    available,
    updated,
    complete: observed && settled && stuck === null,
    stuck: observed ? stuck : null,
  }
}

/** ProgressDeadlineExceeded, or pods that cannot be made (quota, admission): what the Deployment says about it. */
function stuckBecause(deployment: JsonObject): string | null {
  for (const condition of listAt(deployment, 'status', 'conditions')) {
    if (!isObject(condition)) continue
    const type = textAt(condition, 'type')
    const status = textAt(condition, 'status')
    const late =
      type === 'Progressing' && status === 'False' && textAt(condition, 'reason') === 'ProgressDeadlineExceeded'
    const failing = type === 'ReplicaFailure' && status === 'True'
    if (late || failing) return textAt(condition, 'message') ?? textAt(condition, 'reason') ?? 'no reason given'
  }
  return null
}
