/** The port's view of one slot. */
import type { Service } from '../../playbook/service.ts'
import type { Slot, SlotState } from '../../ports/cluster.ts'
import { containerNames, imageOf } from './containers.ts'
import { type JsonObject, objectAt } from './json.ts'
import { podSighting } from './pod-sighting.ts'
import { rolloutState } from './rollout-state.ts'
import { podsBySlot, type Scene } from './scene.ts'

/** Where there is no such Deployment. */
export const ABSENT: SlotState = {
  exists: false,
  wanted: 0,
  ready: 0,
  available: 0,
  updated: 0,
  complete: false,
  stuck: null,
  image: null,
  pods: [],
}

/** Reads a Deployment and its pods; a state of nothing when there is none. */
export function slotState(service: Service, deployment: JsonObject | null, pods: readonly JsonObject[]): SlotState {
  if (!deployment) return ABSENT
  return {
    exists: true,
    ...rolloutState(deployment),
    image: currentImage(service, deployment),
    pods: pods.map(podSighting),
  }
}

/** State of a slot whose Deployment has just been written: that answer, with the pods of the scene. */
export function writtenState(service: Service, slot: Slot, deployment: JsonObject, scene: Scene): SlotState {
  const known = { ...scene, deployments: { ...scene.deployments, [slot]: deployment } }
  return slotState(service, deployment, podsBySlot(known)[slot])
}

/** Image of the version's container; null when the template has no such container. */
export function currentImage(service: Service, deployment: JsonObject): string | null {
  const template = objectAt(deployment, 'spec', 'template')
  const names = containerNames(template)
  const name = service.container ?? (names.length === 1 ? names[0] : service.workload)
  return (name === undefined ? undefined : imageOf(template, name)) ?? null
}
