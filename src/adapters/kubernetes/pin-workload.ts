/** The way back is written down before anything changes. */

import type { Pin } from '../../playbook/deployment.ts'
import type { Service } from '../../playbook/service.ts'
import { ClusterError, type WriteContext } from '../../ports/cluster.ts'
import { findAutoscaler, minReplicas, raiseMinimum } from './autoscaler.ts'
import { readConfigs } from './config-references.ts'
import type { Connection } from './connection.ts'
import { imageOf, versionContainer } from './containers.ts'
import type { PinnedContext } from './fencing.ts'
import { type JsonObject, sameJson, textAt, withAt } from './json.ts'
import { isForTheRun } from './kept-selector.ts'
import { PIN_ANNOTATION } from './names.ts'
import { pinOn, writePin } from './pinning.ts'
import { presentHash, readReplicaSets } from './rolling/present-hash.ts'
import { pinnedRollout } from './rolling/rollout-fields.ts'
import { wantedReplicas } from './rollout-state.ts'
import { weightedRouterOf } from './routers/router-of.ts'
import type { RoutePin } from './routers/weighted-router.ts'
import { writeLabels } from './selectors.ts'
import { deployments, services } from './target.ts'
import { selectorOf, templateOf } from './traffic.ts'
import { needPin, needWorkload } from './workload.ts'

/**
 * The pin of this deployment. One that is there already is returned as it is: a later look may see what we changed
 * ourselves, and must never become the way back.
 */
export async function pinWorkload(connection: Connection, service: Service, context: WriteContext): Promise<Pin> {
  const workload = await needWorkload(connection, service, context)
  const pin = pinOn(workload, context) ?? (await writeDown(connection, service, workload, context))
  await raiseMinimum(connection, service, pin, context)
  return pin
}

/**
 * Hours may lie between the pin and a share: who takes all of the traffic, or gives it back, needs as many pods as serve it
 * now. Only the size follows, and only upwards, as long as the old version stands in the workload.
 */
export async function pinGrown(connection: Connection, service: Service, context: PinnedContext): Promise<Pin> {
  const workload = await needWorkload(connection, service, context)
  const known = needPin(service, workload, context)
  const grown = (current: JsonObject, pin: Pin): Pin =>
    pin.hpa && sameJson(templateOf(current), pin.template) && wantedReplicas(current) > pin.replicas
      ? { ...pin, replicas: wantedReplicas(current) }
      : pin
  const target = deployments(service.namespace, service.workload)
  const written = () =>
    connection.objects.edit(target, context, (current) => {
      const pin = grown(current, needPin(service, current, context))
      return withAt(current, ['metadata', 'annotations', PIN_ANNOTATION], writePin(context, pin))
    })
  const pin = grown(workload, known) === known ? known : needPin(service, await written(), context)
  await raiseMinimum(connection, service, pin, context)
  return pin
}

async function writeDown(
  connection: Connection,
  service: Service,
  workload: JsonObject,
  context: WriteContext,
): Promise<Pin> {
  const inPlace = service.router.kind === 'rolling'
  const [front, route, hpa, configs, sets] = await Promise.all([
    connection.objects.read(services(service.namespace, service.serviceName), context.signal),
    routeNow(connection, service, context.signal),
    findAutoscaler(connection, service, context.signal),
    readConfigs(connection, service, templateOf(workload), context.signal),
    inPlace ? readReplicaSets(connection, service.namespace, workload, context.signal) : [],
  ])
  const around = { serviceSelector: selectorToPin(service, front), ...route, hpa: hpaToPin(hpa) }
  const target = deployments(service.namespace, service.workload)
  const written = await connection.objects.edit(target, context, (current) => {
    if (pinOn(current, context)) return current
    const template = templateOf(current)
    const image = imageOf(template, versionContainer(service, template)) ?? ''
    const rollout = inPlace ? { rollout: pinnedRollout(current, presentHash(current, sets)) } : {}
    const size = { workload: service.workload, replicas: wantedReplicas(current) }
    const switched = service.router.kind === 'switch' ? { switched: true as const } : {}
    const noted = configs.length > 0 ? { configs } : {}
    const pin: Pin = { ...size, template, image, ...around, ...rollout, ...switched, ...noted }
    return withAt(current, ['metadata', 'annotations', PIN_ANNOTATION], writePin(context, pin))
  })
  const pin = pinOn(written, context)
  if (pin) return pin
  throw new ClusterError('late', `The way back was written on ${service.workload}, but was not there when read back.`)
}

function selectorToPin(service: Service, front: JsonObject | null): Readonly<Record<string, string>> {
  if (!front) throw new ClusterError('refused', `There is no Service ${service.serviceName}.`, { status: 404 })
  const selector = selectorOf(front)
  if (isForTheRun(selector)) {
    throw new ClusterError(
      'refused',
      `The selector of Service ${service.serviceName} (${writeLabels(selector)}) still carries labels of an earlier deployment; it cannot be the way back.`,
    )
  }
  return selector
}

function hpaToPin(hpa: JsonObject | null): Pin['hpa'] {
  const name = textAt(hpa, 'metadata', 'name')
  return hpa && name !== undefined ? { name, minReplicas: minReplicas(hpa) } : null
}

async function routeNow(connection: Connection, service: Service, signal: AbortSignal): Promise<RoutePin> {
  const router = weightedRouterOf(service)
  if (!router) return { weights: null }
  const route = await connection.objects.read(await connection.routeTarget(service, router, signal), signal)
  if (!route && router.passing) return { weights: null }
  const pinned = route && router.pinned(route)
  if (pinned) return pinned
  throw new ClusterError('refused', `${router.title} has no weights that could be pinned.`)
}
