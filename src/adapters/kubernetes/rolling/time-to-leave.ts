/** On the way back: when do the new pods lose their traffic? */
import type { Pin } from '../../../playbook/deployment.ts'
import { sameJson } from '../json.ts'
import { podsBySlot, type Scene } from '../scene.ts'
import { templateOf } from '../traffic.ts'
import { countReady } from './rolling-scene.ts'

/**
 * Once old pods can carry the traffic: half of them, or whichever there are when the new ones have none anyway or the
 * time is over. Never without any.
 */
export function isTimeToLeave(scene: Scene, pin: Pin, overdue: boolean): boolean {
  const { stable: workload } = scene.deployments
  const rolled = podsBySlot(scene).canary.length > 0 || !workload || !sameJson(templateOf(workload), pin.template)
  const old = countReady(scene, 'stable')
  if (!rolled || old === 0) return false
  return 2 * old >= pin.replicas || countReady(scene, 'canary') === 0 || overdue
}
