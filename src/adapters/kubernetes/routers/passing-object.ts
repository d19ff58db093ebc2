/** The object of a router that has one for the run only: made with nothing for the canary, and taken away at the end. */
import type { Service } from '../../../playbook/service.ts'
import { ClusterError, type WriteContext } from '../../../ports/cluster.ts'
import type { Connection } from '../connection.ts'
import { createFenced } from '../create-fenced.ts'
import { type JsonObject, objectAt, withAt } from '../json.ts'
import type { PassingObject, WeightedRouter } from './weighted-router.ts'

/** As `objects.edit`, after the object was made where there is none. One of ours follows what it is made from. */
export async function editPassing(
  connection: Connection,
  service: Service,
  router: WeightedRouter,
  passing: PassingObject,
  context: WriteContext,
  change: (current: JsonObject) => JsonObject,
): Promise<JsonObject> {
  const target = await connection.routeTarget(service, router, context.signal)
  const source = await readSource(connection, service, router, passing, context.signal)
  const made = passing.make(source)
  if (!(await connection.objects.read(target, context.signal))) {
    await createFenced(connection, service, target, made, context)
  }
  return connection.objects.edit(
    target,
    context,
    (current) => change(passing.isOurs(current) ? withAt(current, ['spec'], objectAt(made, 'spec')) : current),
    { by: router.by },
  )
}

/** Throws ClusterError `refused` when there is none, or nothing can be made from it. */
export async function readSource(
  connection: Connection,
  service: Service,
  router: WeightedRouter,
  { source: { name, title }, sourceFault }: PassingObject,
  signal: AbortSignal,
): Promise<JsonObject> {
  const target = await connection.routeTarget(service, router, signal)
  const source = await connection.objects.read({ ...target, name }, signal)
  if (!source)
    throw new ClusterError('refused', `There is no ${title} in namespace ${service.namespace}.`, { status: 404 })
  const fault = sourceFault(source)
  if (fault !== undefined) throw new ClusterError('refused', fault)
  return source
}

/** What we made goes; the team's own stays. */
export async function removePassing(
  connection: Connection,
  service: Service,
  router: WeightedRouter | null,
  context: WriteContext,
): Promise<void> {
  if (!router?.passing) return
  const target = await connection.routeTarget(service, router, context.signal)
  const object = await connection.objects.read(target, context.signal)
  if (object && router.passing.isOurs(object)) await connection.objects.remove(target, context)
}
