/** A person decided that ours stands there again: the fields that others changed are written once more. */
import type { OwnedField } from '../../../playbook/foreign-change.ts'
import type { Owned } from '../../../playbook/ownership.ts'
import type { Service } from '../../../playbook/service.ts'
import type { WriteContext } from '../../../ports/cluster.ts'
import { raiseMinimum, restoreMinimum } from '../autoscaler.ts'
import type { Connection } from '../connection.ts'
import { ensureSlot } from '../ensure-slot.ts'
import { isObject, type JsonObject, withAt } from '../json.ts'
import { weightedRouterOf } from '../routers/router-of.ts'
import { moveWeights, routeByWeights } from '../routers/weighted-traffic.ts'
import { promotedTemplate } from '../slot-deployments.ts'
import { deployments, services } from '../target.ts'
import { withSelector } from '../traffic.ts'
import { needWorkload } from '../workload.ts'
import { selectorAt } from './traffic-places.ts'

type Write = (connection: Connection, service: Service, owned: Owned, context: WriteContext) => Promise<unknown>

/** Throws ClusterError: `late`, `refused`, `fenced` when a newer decision has been written. */
export async function reclaim(
  connection: Connection,
  service: Service,
  owned: Owned,
  fields: readonly OwnedField[],
  context: WriteContext,
): Promise<void> {
  await needWorkload(connection, service, context)
  // Pods before the traffic that is to reach them.
  const order: readonly Write[] = [writeWorkload, writeCanary, writePrevious, writeMinimum, writeSelector, writeShares]
  const due = new Set(fields.map((field) => WRITES[field]))
  for (const write of order) if (due.has(write)) await write(connection, service, owned, context)
}

const writeWorkload: Write = (connection, service, owned, context) =>
  connection.objects.edit(deployments(service.namespace, service.workload), context, (current) =>
    sized(owned, withAt(current, ['spec', 'template'], templateFor(service, owned, current))),
  )

function templateFor(service: Service, { pin, workload, image, version }: Owned, current: JsonObject): JsonObject {
  const pinned = isObject(pin.template) ? pin.template : {}
  if (workload[0] !== 'new') return pinned
  return promotedTemplate(service, current, pinned, pin.serviceSelector, { image, version })
}

function sized({ replicas, pin }: Owned, workload: JsonObject): JsonObject {
  if (replicas !== null) return withAt(workload, ['spec', 'replicas'], replicas)
  // Scaled to none its HPA is off; it goes on from here.
  const off = isObject(workload.spec) && workload.spec.replicas === 0
  return off ? withAt(workload, ['spec', 'replicas'], pin.replicas) : workload
}

const writeCanary: Write = async (connection, service, { canary, image, version }, context) => {
  const [replicas] = canary?.replicas ?? []
  if (replicas !== undefined)
    await ensureSlot(connection, service, { slot: 'canary', image, version, replicas }, context)
}

const writePrevious: Write = async (connection, service, { previous, pin }, context) => {
  if (previous) await ensureSlot(connection, service, { slot: 'previous', pin, replicas: previous.replicas }, context)
}

const writeMinimum: Write = async (connection, service, { pin, hpaMinimum }, context) => {
  // Down to what was pinned first: somebody may have raised it above ours.
  await restoreMinimum(connection, service, pin, context)
  if (hpaMinimum[0] === 'raised') await raiseMinimum(connection, service, pin, context)
}

const writeSelector: Write = async (connection, service, owned, context) => {
  const [place] = owned.traffic
  if (place === undefined) return
  await connection.objects.edit(services(service.namespace, service.serviceName), context, (current) =>
    withSelector(current, selectorAt(service, owned, place)),
  )
}

const writeShares: Write = async (connection, service, { pin, traffic }, context) => {
  const router = weightedRouterOf(service)
  const [place] = traffic
  if (!router || place === undefined) return
  if (typeof place === 'number') await routeByWeights(connection, service, router, place, context)
  else await moveWeights(connection, service, router, pin, context, { alwaysStamp: false })
}

const WRITES: Readonly<Record<OwnedField, Write>> = {
  template: writeWorkload,
  image: writeWorkload,
  replicas: writeWorkload,
  'canary-image': writeCanary,
  'canary-replicas': writeCanary,
  'previous-image': writePrevious,
  'previous-replicas': writePrevious,
  selector: writeSelector,
  shares: writeShares,
  'hpa-minimum': writeMinimum,
}
