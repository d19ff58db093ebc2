/** The way back through the workload itself: its old template again, and the new pods out of traffic. */
import type { Pin, PinnedRollout } from '../../../playbook/deployment.ts'
import type { Service } from '../../../playbook/service.ts'
import type { RealShares, WriteContext } from '../../../ports/cluster.ts'
import type { Connection } from '../connection.ts'
import { type JsonObject, sameJson } from '../json.ts'
import { readable } from '../readable.ts'
import { rolloutState, wantedReplicas } from '../rollout-state.ts'
import { sharesByAddresses } from '../shares.ts'
import { deployments, services } from '../target.ts'
import { templateOf, withSelector } from '../traffic.ts'
import { readReplicaSets } from './present-hash.ts'
import { rollingScene } from './rolling-scene.ts'
import { oldPodsOnly } from './rolling-traffic.ts'
import { goingBack, isPutBack } from './rollout-fields.ts'
import { isTimeToLeave, type Stand, standOf, standOfSets } from './time-to-leave.ts'

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
  const leaving = look(way, connection.scene).then((known) => leaveNewPods(way, known.stand))
  const [back, left] = await Promise.allSettled([putBack(way), leaving])
  if (left.status === 'rejected') throw left.reason
  if (back.status === 'rejected') throw back.reason
  const { stand, shares } = await look(way, connection.freshScene)
  // What has become ready meanwhile counts: who reads these shares need not ask whether that was written.
  const hasLeft = left.value || (await leaveNewPods(way, stand))
  if (shares !== 'unreadable') return shares
  // Pods may not be listed: what was written is not read back; what was not yet is told by their numbers.
  const stable = stand.old === 0 ? 0 : (100 * stand.old) / (stand.old + stand.fresh)
  return hasLeft ? null : { stable, canary: 100 - stable, previous: 0 }
}

interface Look {
  readonly stand: Stand
  readonly shares: RealShares | 'unreadable'
}

async function look({ connection, service, pin, context }: Way, read: Connection['scene']): Promise<Look> {
  const seen = await readable(() => read(service, context.signal))
  if (seen) {
    const scene = rollingScene(seen, pin)
    return { stand: standOf(scene, pin), shares: sharesByAddresses(scene) }
  }
  const workload = await connection.objects.read(deployments(service.namespace, service.workload), context.signal)
  const sets = workload ? await readReplicaSets(connection, service.namespace, workload, context.signal) : []
  return { stand: standOfSets(workload, sets, pin), shares: 'unreadable' }
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
  stand: Stand,
): Promise<boolean> {
  const leave = isTimeToLeave(stand, pin, overdue)
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
