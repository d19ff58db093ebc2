/**
 * Both versions in one Deployment: the old pods are those of the ReplicaSet that was pinned, the new ones all others of
 * the workload. Told apart by the label that the Deployment controller gives them, never by their names.
 */
import type { Pin } from '../../../playbook/deployment.ts'
import type { Service } from '../../../playbook/service.ts'
import type { SlotState } from '../../../ports/cluster.ts'
import { countAt, type JsonObject, sameJson, textAt } from '../json.ts'
import { HASH_LABEL } from '../names.ts'
import { anyPinOn } from '../pinning.ts'
import { podSighting } from '../pod-sighting.ts'
import { rolloutState, wantedReplicas } from '../rollout-state.ts'
import { podsBySlot, type Scene } from '../scene.ts'
import { currentImage } from '../slot-state.ts'
import { templateOf } from '../traffic.ts'
import { newPodsWanted } from './rollout-fields.ts'

/** The scene as a rolling deployment sees it: old pods in the slot `stable`, new ones in `canary`. */
export function rollingScene(scene: Scene, pin: Pin | undefined): Scene {
  return pin?.rollout ? { ...scene, oldHash: pin.rollout.hash } : scene
}

/** The same for whoever has the service of a plan only; the scene as it is for all other strategies. */
export function sceneFor(service: Service, scene: Scene): Scene {
  const { stable } = scene.deployments
  return service.router.kind === 'rolling' && stable ? rollingScene(scene, anyPinOn(stable)?.pin) : scene
}

/** Null when the scene is not that of a rolling deployment. */
export function rollingSlots(service: Service, scene: Scene): Readonly<Record<'stable' | 'canary', SlotState>> | null {
  const { stable: workload } = scene.deployments
  const pin = workload && anyPinOn(workload)?.pin
  if (!workload || !pin || scene.oldHash === undefined) return null
  return { stable: oldPods(scene, pin), canary: newPods(service, scene, workload, pin) }
}

/** The new pods; `workload` as just read or written. */
export function newPods(service: Service, scene: Scene, workload: JsonObject, pin: Pin): SlotState {
  const pods = podsBySlot(scene).canary
  const sightings = pods.map(podSighting)
  const ready = sightings.filter((pod) => pod.ready && !pod.terminating).length
  const size = wantedReplicas(workload)
  const wanted = newPodsWanted(workload, pin, size)
  const rolls = !sameJson(templateOf(workload), pin.template)
  const observed = countAt(workload, 'status', 'observedGeneration') >= countAt(workload, 'metadata', 'generation')
  const hash = textAt(pods.at(-1), 'metadata', 'labels', HASH_LABEL)
  return {
    exists: rolls || pods.length > 0,
    wanted,
    ready,
    available: ready,
    updated: sightings.filter((pod) => !pod.terminating).length,
    complete: observed && ready >= wanted,
    stuck: rolloutState(workload).stuck,
    image: rolls ? currentImage(service, workload) : null,
    pods: sightings,
    ...(hash === undefined ? {} : { rolling: { of: size, hash } }),
  }
}

function oldPods(scene: Scene, pin: Pin): SlotState {
  const pods = podsBySlot(scene).stable.map(podSighting)
  const present = pods.filter((pod) => !pod.terminating).length
  const ready = countReady(scene, 'stable')
  return {
    exists: true,
    wanted: present,
    ready,
    available: ready,
    updated: 0,
    complete: ready === present,
    stuck: null,
    image: pin.image,
    pods,
  }
}

export function countReady(scene: Scene, slot: 'stable' | 'canary'): number {
  return podsBySlot(scene)
    [slot].map(podSighting)
    .filter((pod) => pod.ready && !pod.terminating).length
}
