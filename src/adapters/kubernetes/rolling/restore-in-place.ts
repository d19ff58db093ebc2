/** The way back through the workload itself: its old template again, and the new pods out of traffic. */
import type { Pin, PinnedRollout } from '../../../playbook/deployment.ts'
import type { Service } from '../../../playbook/service.ts'
import type { RealShares, WriteContext } from '../../../ports/cluster.ts'
import type { Connection } from '../connection.ts'
import { type JsonObject, sameJson } from '../json.ts'
import { rolloutState, wantedReplicas } from '../rollout-state.ts'
import type { Scene } from '../scene.ts'
import { sharesByAddresses } from '../shares.ts'
import { deployments, services } from '../target.ts'
import { templateOf, withSelector } from '../traffic.ts'
import { rollingScene } from './rolling-scene.ts'
import { oldPodsOnly } from './rolling-traffic.ts'
import { goingBack, isPutBack } from './rollout-fields.ts'
import { isTimeToLeave } from './time-to-leave.ts'

/**
 * Two writes side by side, neither waits for the other, both fence off older decisions. `overdue`: it has been waited for
 * long enough that few old pods are better than bad ones.
 */
export async function restoreInPlace(
  connection: Connection,
  service: Service,
  pin: Pin,
  rollout: PinnedRollout,
  context: WriteContext,
  overdue: boolean,
): Promise<RealShares> {
  const way: Way = { connection, service, pin, rollout, context, overdue }
  const known = rollingScene(await connection.scene(service, context.signal), pin)
  const [back, left] = await Promise.allSettled([putBack(way), leaveNewPods(way, known)])
  if (left.status === 'rejected') throw left.reason
  if (back.status === 'rejected') throw back.reason
  const scene = rollingScene(await connection.freshScene(service, context.signal), pin)
  // What has become ready meanwhile counts: who reads these shares need not ask whether that was written.
  if (!left.value) await leaveNewPods(way, scene)
  return sharesByAddresses(scene)
}

interface Way {
  readonly connection: Connection
  readonly service: Service
  readonly pin: Pin
  readonly rollout: PinnedRollout
  readonly context: WriteContext
  readonly overdue: boolean
}

const QUICKLY = { fromMemory: true, alwaysStamp: true } as const

function putBack({ connection, service, pin, rollout, context, overdue }: Way): Promise<JsonObject> {
  const target = deployments(service.namespace, service.workload)
  const change = (current: JsonObject) => {
    // On a full cluster old pods find room only where new ones go.
    const mayGo = overdue ? Math.floor(wantedReplicas(current) / 2) : 0
    return goingBack(current, pin, rollout, mayGo)
  }
  return connection.objects.edit(target, context, change, QUICKLY)
}

/** True when the Service selects old pods only, as far as was written. */
async function leaveNewPods(
  { connection, service, pin, rollout, context, overdue }: Way,
  scene: Scene,
): Promise<boolean> {
  const leave = isTimeToLeave(scene, pin, overdue)
  const change = (current: JsonObject) => (leave ? withSelector(current, oldPodsOnly(pin, rollout)) : current)
  await connection.objects.edit(services(service.namespace, service.serviceName), context, change, QUICKLY)
  return leave
}

/** True when the workload runs the old version, complete, and nothing else. The new pods go first: they have no traffic any more. */
export async function isBackInPlace(
  connection: Connection,
  service: Service,
  pin: Pin,
  rollout: PinnedRollout,
  context: WriteContext,
): Promise<boolean> {
  const target = deployments(service.namespace, service.workload)
  const isBack = (workload: JsonObject) =>
    isPutBack(workload, pin, rollout) ||
    (sameJson(templateOf(workload), pin.template) && rolloutState(workload).complete)
  const workload = await connection.objects.edit(target, context, (current) =>
    isBack(current) ? current : goingBack(current, pin, rollout, '100%'),
  )
  return isBack(workload)
}
