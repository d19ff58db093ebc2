/** The ends of a deployment: settle and forget after success, tidy after the way back. Each may be cut off anywhere and called again. */

import type { Pin } from '../../playbook/deployment.ts'
import type { Service } from '../../playbook/service.ts'
import { ClusterError, type WriteContext } from '../../ports/cluster.ts'
import { isStatus } from './api-failure.ts'
import { findAutoscaler, restoreMinimum } from './autoscaler.ts'
import type { Connection } from './connection.ts'
import { isDraining, isWrittenLately } from './draining.ts'
import { type JsonObject, objectAt, textAt, withAt } from './json.ts'
import { isForTheRun, leadsToKept } from './kept-selector.ts'
import { withoutPassingAnnotations, withoutPin } from './marks.ts'
import { LAST_DEPLOYMENT_ANNOTATION, slotName } from './names.ts'
import { pinOn } from './pinning.ts'
import { removePreview } from './preview.ts'
import { readable } from './readable.ts'
import { isBackInPlace } from './rolling/restore-in-place.ts'
import { withRollout } from './rolling/rollout-fields.ts'
import { rolloutState } from './rollout-state.ts'
import { removePassing } from './routers/passing-object.ts'
import { weightedRouterOf } from './routers/router-of.ts'
import { isPending } from './routers/weighted-traffic.ts'
import { controllerUid } from './scene.ts'
import { selectorQuery, writeLabels } from './selectors.ts'
import { routedOf, sharesByAddresses } from './shares.ts'
import { autoscalers, deployments, replicaSets, services, type Target } from './target.ts'
import { bringTrafficHome, isTrafficHome, selectorOf } from './traffic.ts'
import { needWorkload } from './workload.ts'

/** Traffic on the promoted workload, the canary gone, the HPA as before. False: not yet, call again. */
export async function settle(
  connection: Connection,
  service: Service,
  pin: Pin,
  context: WriteContext,
): Promise<boolean> {
  const target = deployments(service.namespace, service.workload)
  // Going forward, traffic is only given to what is complete.
  const workload = pin.rollout
    ? await connection.objects.edit(target, context, (current) => asRolledOut(current, pin))
    : await needWorkload(connection, service, context)
  if (!rolloutState(workload).complete) return false
  if (!(await isTrafficHome(connection, service, pin, context.signal))) {
    await bringTrafficHome(connection, service, pin, 'stable', context, { alwaysStamp: false })
    // The canary goes at the next call: first those who route must have seen the change.
    return false
  }
  if (await isSwitchedTo(connection, service, context.signal)) return false
  if (await isDraining(connection, service, context.signal)) return false
  if (!(await isServing(connection, service, context.signal))) return false
  const router = weightedRouterOf(service)
  if (router && (await isPending(connection, service, router, context.signal))) return false
  await removeRunObjects(connection, service, context)
  await connection.objects.remove(deployments(service.namespace, slotName(service.workload, 'canary')), context)
  await restoreMinimum(connection, service, pin, context)
  return true
}

/** Everything as pinned, nothing of ours left. False: not yet, call again. */
export async function tidy(
  connection: Connection,
  asked: Service,
  recorded: Pin | null,
  context: WriteContext,
): Promise<boolean> {
  const target = deployments(asked.namespace, asked.workload)
  const pin = recorded ?? pinOn(await needWorkload(connection, asked, context), context)
  if (!pin) return true
  // An emergency knows the catalogue's router; what was rolled in place touched none of its objects.
  const service: Service = pin.rollout ? { ...asked, router: { kind: 'rolling' } } : asked
  if (pin.rollout && !(await isBackInPlace(connection, service, pin, pin.rollout, context))) return false
  const workload = await connection.objects.edit(target, context, (current) => asPinned(current, pin))
  if (!(await isTrafficHome(connection, service, pin, context.signal))) {
    const front = await connection.objects.read(services(service.namespace, service.serviceName), context.signal)
    // The old version is served by the kept pods: they are left only for pods that are all there.
    if (leadsToKept(selectorOf(front)) && !rolloutState(workload).complete) return false
    await bringTrafficHome(connection, service, pin, 'stable', context, { alwaysStamp: false })
    // Back in place, both selectors find the same pods: nothing stands beside that would have to wait.
    if (!pin.rollout) return false
  }
  await restoreMinimum(connection, service, pin, context)
  if (await isSwitchedTo(connection, service, context.signal)) return false
  await removeRunObjects(connection, service, context)
  await connection.objects.remove(deployments(service.namespace, slotName(service.workload, 'canary')), context)
  if (await isRoutedTo(connection, service, 'previous', context.signal)) return false
  await connection.objects.remove(deployments(service.namespace, slotName(service.workload, 'previous')), context)
  if (context.lasting) await leaveFence(connection, service, context)
  else await takeMarksOff(connection, service, context, withoutPassingAnnotations)
  return true
}

/** The whole template, not only the image; the size too, unless an HPA decides it. */
function asPinned(workload: JsonObject, pin: Pin): JsonObject {
  const templated = withAt(asRolledOut(workload, pin), ['spec', 'template'], pin.template)
  return pin.hpa ? templated : withAt(templated, ['spec', 'replicas'], pin.replicas)
}

/** Where the workload itself was rolled: as it rolled out before. */
function asRolledOut(workload: JsonObject, { rollout }: Pin): JsonObject {
  return rollout ? withRollout(workload, rollout.spec) : workload
}

/** What stands beside the route for the run only: the preview Service of a switch, the canary's object of a router that has one. */
async function removeRunObjects(connection: Connection, service: Service, context: WriteContext): Promise<void> {
  await removePreview(connection, service, context)
  await removePassing(connection, service, weightedRouterOf(service), context)
}

/** A selector that was moved is not yet an address list that was moved. */
async function isRoutedTo(
  connection: Connection,
  service: Service,
  slot: 'canary' | 'previous',
  signal: AbortSignal,
): Promise<boolean> {
  const target = deployments(service.namespace, slotName(service.workload, slot))
  if (!(await connection.objects.read(target, signal))) return false
  const scene = await readable(() => connection.freshScene(service, signal))
  if (scene) return (sharesByAddresses(scene)?.[slot] ?? 0) > 0
  // Whose addresses they are may not be read: then they are given the time that requests need.
  const front = await connection.objects.read(services(service.namespace, service.serviceName), signal)
  return front !== null && isWrittenLately(connection, service, front)
}

/** Only a switch tells by addresses whether the new version's own pods are out of traffic: elsewhere they go while they have some. */
async function isSwitchedTo(connection: Connection, service: Service, signal: AbortSignal): Promise<boolean> {
  return service.router.kind === 'switch' && isRoutedTo(connection, service, 'canary', signal)
}

/** Do the Service's addresses lead to the workload's pods? Where pods alone divide the traffic, the canary stays until they do. */
async function isServing(connection: Connection, service: Service, signal: AbortSignal): Promise<boolean> {
  if (weightedRouterOf(service)) return true
  return routedOf(await connection.freshScene(service, signal), 'stable') > 0
}

/** The old version is no longer kept: its Deployment goes, and our marks but the one that says who was here last. */
export async function forget(connection: Connection, service: Service, context: WriteContext): Promise<boolean> {
  await needWorkload(connection, service, context)
  const front = await connection.objects.read(services(service.namespace, service.serviceName), context.signal)
  if (isForTheRun(selectorOf(front))) {
    throw new ClusterError(
      'refused',
      `Service ${service.serviceName} still selects by labels of the bot (${writeLabels(selectorOf(front))}): the kept version is in use and stays.`,
    )
  }
  await removeRunObjects(connection, service, context)
  await connection.objects.remove(deployments(service.namespace, slotName(service.workload, 'canary')), context)
  await connection.objects.remove(deployments(service.namespace, slotName(service.workload, 'previous')), context)
  await takeMarksOff(connection, service, context, (workload) =>
    withAt(
      withoutPassingAnnotations(workload),
      ['metadata', 'annotations', LAST_DEPLOYMENT_ANNOTATION],
      context.deployment,
    ),
  )
  return true
}

/** The workload comes last: while it carries its marks, a call that was cut off is known to be unfinished. */
async function takeMarksOff(
  connection: Connection,
  service: Service,
  context: WriteContext,
  changeWorkload: (workload: JsonObject) => JsonObject,
): Promise<void> {
  const { namespace } = service
  const router = weightedRouterOf(service)
  const clean = (target: Target, change = withoutPassingAnnotations, by: 'patch' | 'put' = 'patch') =>
    connection.objects.edit(target, context, change, { unstamped: true, by }).catch(unlessAbsent)
  await clean(services(namespace, service.serviceName))
  if (router) {
    await clean(await connection.routeTarget(service, router, context.signal), withoutPassingAnnotations, router.by)
  }
  const hpa = textAt(await findAutoscaler(connection, service, context.signal), 'metadata', 'name')
  if (hpa !== undefined) await clean(autoscalers(namespace, hpa))
  await clean(deployments(namespace, service.workload), changeWorkload)
  await cleanReplicaSets(connection, service, context)
}

/**
 * After an emergency the token stays on what decides about traffic: a record that slept through it may believe that the
 * old version is still kept, and would lead all traffic to pods that are gone. The next deployment's end takes it off.
 */
async function leaveFence(connection: Connection, service: Service, context: WriteContext): Promise<void> {
  const { namespace } = service
  const router = weightedRouterOf(service)
  const fence = (target: Target, change: (object: JsonObject) => JsonObject, by: 'patch' | 'put' = 'patch') =>
    connection.objects.edit(target, context, change, { alwaysStamp: true, by }).catch(unlessAbsent)
  const asItIs = (object: JsonObject) => object
  await fence(services(namespace, service.serviceName), asItIs)
  if (router) await fence(await connection.routeTarget(service, router, context.signal), asItIs, router.by)
  const hpa = textAt(await findAutoscaler(connection, service, context.signal), 'metadata', 'name')
  if (hpa !== undefined) {
    const target = autoscalers(namespace, hpa)
    await connection.objects.edit(target, context, withoutPassingAnnotations, { unstamped: true }).catch(unlessAbsent)
  }
  await fence(deployments(namespace, service.workload), withoutPin)
  await cleanReplicaSets(connection, service, context)
}

function unlessAbsent(error: unknown): void {
  if (!isStatus(error, 404)) throw error
}

/**
 * Kubernetes copies a Deployment's annotations to its ReplicaSets, and `kubectl rollout undo` copies them back: an old
 * pin would rise again. Not worth failing for: a pin of an earlier deployment is not believed anyway.
 */
async function cleanReplicaSets(connection: Connection, service: Service, context: WriteContext): Promise<void> {
  try {
    const workload = await needWorkload(connection, service, context)
    const uid = textAt(workload, 'metadata', 'uid')
    const labelSelector = selectorQuery(objectAt(workload, 'spec', 'selector'))
    const ask = { query: { labelSelector }, signal: context.signal }
    const { items } = await connection.api.list(replicaSets(service.namespace), ask)
    for (const set of items.filter((item) => controllerUid(item) === uid)) {
      const name = textAt(set, 'metadata', 'name')
      if (name === undefined || withoutPassingAnnotations(set) === set) continue
      const target = replicaSets(service.namespace, name)
      await connection.objects.edit(target, context, withoutPassingAnnotations, { unstamped: true })
    }
  } catch (error) {
    if (!(error instanceof ClusterError) || error.kind === 'fenced') throw error
  }
}
