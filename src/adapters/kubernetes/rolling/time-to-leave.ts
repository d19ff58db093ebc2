/** On the way back: when do the new pods lose their traffic? */
import type { Pin } from '../../../playbook/deployment.ts'
import { countAt, type JsonObject, sameJson, textAt } from '../json.ts'
import { HASH_LABEL } from '../names.ts'
import { podsBySlot, type Scene } from '../scene.ts'
import { templateOf } from '../traffic.ts'
import { countReady } from './rolling-scene.ts'

/** What stands in a workload that is rolled. */
export interface Stand {
  /** Was any pod of the new version made, or is one going to be? */
  readonly rolled: boolean
  /** Ready pods of the old version, and of the new one. */
  readonly old: number
  readonly fresh: number
}

export function standOf(scene: Scene, pin: Pin): Stand {
  const { stable } = scene.deployments
  return {
    rolled: podsBySlot(scene).canary.length > 0 || !isOld(stable, pin),
    old: countReady(scene, 'stable'),
    fresh: countReady(scene, 'canary'),
  }
}

/** The same by what the ReplicaSets say of their pods, for whoever may not list those. */
export function standOfSets(workload: JsonObject | null, sets: readonly JsonObject[], pin: Pin): Stand {
  const isOldSet = (set: JsonObject) => textAt(set, 'metadata', 'labels', HASH_LABEL) === pin.rollout?.hash
  const sum = (found: readonly JsonObject[], count: string) =>
    found.reduce((total, set) => total + countAt(set, 'status', count), 0)
  const others = sets.filter((set) => !isOldSet(set))
  return {
    rolled: sum(others, 'replicas') > 0 || !isOld(workload, pin),
    old: sum(sets.filter(isOldSet), 'readyReplicas'),
    fresh: sum(others, 'readyReplicas'),
  }
}

function isOld(workload: JsonObject | null, pin: Pin): boolean {
  return workload !== null && sameJson(templateOf(workload), pin.template)
}

/**
 * Once old pods can carry the traffic: half of them, or whichever there are when the new ones have none anyway or the
 * time is over. Never without any.
 */
export function isTimeToLeave({ rolled, old, fresh }: Stand, { replicas }: Pin, overdue: boolean): boolean {
  if (!rolled || old === 0) return false
  return 2 * old >= replicas || fresh === 0 || overdue
}
