/** The way back is written down before anything changes. */

import type { Pin } from '../../playbook/deployment.ts'
import type { Service } from '../../playbook/service.ts'
import { ClusterError, type WriteContext } from '../../ports/cluster.ts'
import { findAutoscaler, minReplicas, raiseMinimum } from './autoscaler.ts'
import { readConfigs } from './config-references.ts'
import type { Connection } from './connection.ts'
import { imageOf, versionContainer } from './containers.ts'
import { type JsonObject, textAt, withAt } from './json.ts'
import { PIN_ANNOTATION, SLOT_LABEL } from './names.ts'
import { pinOn, writePin } from './pinning.ts'
import { wantedReplicas } from './rollout-state.ts'
import { weightedRouterOf } from './routers/router-of.ts'
import type { RoutePin } from './routers/weighted-router.ts'
import { deployments, services } from './target.ts'
import { selectorOf, templateOf } from './traffic.ts'
import { needWorkload } from './workload.ts'

/**
 * The pin of this deployment. One that is there already is returned as it is: a later look may see what we changed
 * ourselves, and must never become the way back.
 */
export async function pinWorkload(connection: Connection, service: Service, context: WriteContext): Promise<Pin> {
  const workload = await needWorkload(connection, service, context)
  const pin = pinOn(workload, context.deployment) ?? (await writeDown(connection, service, context))
  await raiseMinimum(connection, service, pin, context)
  return pin
}

async function writeDown(connection: Connection, service: Service, context: WriteContext): Promise<Pin> {
  const [front, route, hpa] = await Promise.all([
    connection.objects.read(services(service.namespace, service.serviceName), context.signal),
    routeNow(connection, service, context.signal),
    findAutoscaler(connection, service, context.signal),
  ])
  const around = { serviceSelector: selectorToPin(service, front), ...route, hpa: hpaToPin(hpa) }
  const target = deployments(service.namespace, service.workload)
  const known = await connection.objects.read(target, context.signal)
  const configs = await readConfigs(connection, service, known ? templateOf(known) : {}, context.signal)
  const written = await connection.objects.edit(target, context, (current) => {
    if (pinOn(current, context.deployment)) return current
    const template = templateOf(current)
    const image = imageOf(template, versionContainer(service, template)) ?? ''
    const pin: Pin = {
      workload: service.workload,
      replicas: wantedReplicas(current),
      template,
      image,
      ...around,
      ...(configs.length > 0 && { configs }),
      ...(service.router.kind === 'switch' && { switched: true as const }),
    }
    return withAt(current, ['metadata', 'annotations', PIN_ANNOTATION], writePin(context.deployment, pin))
  })
  const pin = pinOn(written, context.deployment)
  if (pin) return pin
  throw new ClusterError('late', `The way back was written on ${service.workload}, but was not there when read back.`)
}

function selectorToPin(service: Service, front: JsonObject | null): Readonly<Record<string, string>> {
  if (!front) throw new ClusterError('refused', `There is no Service ${service.serviceName}.`, { status: 404 })
  const selector = selectorOf(front)
  if (SLOT_LABEL in selector) {
    throw new ClusterError(
      'refused',
      `The selector of Service ${service.serviceName} still carries ${SLOT_LABEL} of an earlier deployment; it cannot be the way back.`,
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
