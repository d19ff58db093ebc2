/** What is wrong with the objects that divide traffic, in sentences. */
import { isPodRouter, type RoutedServices, routedServices } from '../../../playbook/routed-services.ts'
import type { Service } from '../../../playbook/service.ts'
import { ClusterError, type Inspection } from '../../../ports/cluster.ts'
import type { Connection } from '../connection.ts'
import { type JsonObject, textMapAt } from '../json.ts'
import { isForTheRun } from '../kept-selector.ts'
import { isOurPreview, previewTarget } from '../preview.ts'
import { readSource } from '../routers/passing-object.ts'
import { weightedRouterOf } from '../routers/router-of.ts'
import type { WeightedRouter } from '../routers/weighted-router.ts'
import { matches, writeLabels } from '../selectors.ts'
import { services } from '../target.ts'
import { meshFaults, subsetFaults } from './subset-faults.ts'

type Labels = Readonly<Record<string, string>>

/** Labels of the pods of both versions, as they would be. */
export interface PodLabels {
  readonly stable: Labels
  readonly canary: Labels
  /** Of the workload after its promotion. */
  readonly promoted: Labels
  /** Of the old version kept beside it. */
  readonly kept: Labels
}

export type RouterFacts = Pick<Inspection, 'routerFaults' | 'routerPending'>

export async function routerFacts(
  connection: Connection,
  service: Service,
  front: JsonObject | null,
  labels: PodLabels | null,
  signal: AbortSignal,
): Promise<RouterFacts> {
  const selector = textMapAt(front, 'spec', 'selector')
  const leftover = isForTheRun(selector)
    ? [
        `The selector of Service ${service.serviceName} (${writeLabels(selector)}) still carries labels of an earlier deployment.`,
      ]
    : []
  const behind = await meshFaults(connection, service, labels, signal)
  if (service.router.kind === 'switch')
    return { routerFaults: [...leftover, ...behind, ...(await previewFaults(connection, service, signal))] }
  const router = weightedRouterOf(service)
  if (!router) return { routerFaults: [...leftover, ...behind] }
  const target = await connection.routeTarget(service, router, signal)
  const route = await connection.objects.read(target, signal)
  const own = route
    ? routeFaults(service, router, route)
    : router.passing
      ? await sourceFaults(connection, service, router, router.passing, signal)
      : [`There is no ${router.title} in namespace ${service.namespace}.`]
  const further =
    labels && (route || router.passing) ? await sideFaults(connection, service, route, labels, signal) : []
  const pending = route && router.fault(route) === undefined ? router.pending(route) : undefined
  return {
    routerFaults: [...leftover, ...own, ...further],
    ...(pending === undefined ? {} : { routerPending: pending }),
  }
}

/** Our own preview of an earlier run is a leftover, and told as such. */
async function previewFaults(
  connection: Connection,
  service: Service,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = await connection.objects.read(previewTarget(service), signal)
  if (!found || isOurPreview(service, found)) return []
  return [
    `Service ${previewTarget(service).name} exists and is not the bot's: blue-green needs that name for its preview.`,
  ]
}

function routeFaults(service: Service, router: WeightedRouter, route: JsonObject): readonly string[] {
  const fault = router.fault(route)
  return fault === undefined ? weightFaults(service, router, route) : [fault]
}

function weightFaults({ router: settings }: Service, router: WeightedRouter, route: JsonObject): readonly string[] {
  const weights = router.weights(route)
  if (!weights || isPodRouter(settings)) return []
  const total = weights.stable + weights.canary
  if (total === 0) return [`${router.title} gives nothing to ${settings.stable} and nothing to ${settings.canary}.`]
  const percent = Math.round((1000 * weights.canary) / total) / 10
  return percent === 0 ? [] : [`${router.title} already gives ${percent} % to ${settings.canary}.`]
}

async function sourceFaults(...args: Parameters<typeof readSource>): Promise<readonly string[]> {
  try {
    await readSource(...args)
    return []
  } catch (error) {
    if (error instanceof ClusterError && error.kind === 'refused') return [error.message]
    throw error
  }
}

/** The two sides between which traffic is divided, each with the pods it should have. */
async function sideFaults(
  connection: Connection,
  service: Service,
  route: JsonObject | null,
  labels: PodLabels,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { router } = service
  const sides = routedServices(router)
  if (sides) return hostFaults(connection, service, sides, labels, signal)
  return router.kind === 'istio' && route ? subsetFaults(connection, service, router, route, labels, signal) : []
}

/** Two Services: the canary's must select the new pods only, stable's the old ones only. */
async function hostFaults(
  connection: Connection,
  service: Service,
  sides: RoutedServices,
  labels: PodLabels,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const faults: string[] = []
  const check = async (host: string, own: Labels, other: Labels, words: readonly [string, string]) => {
    const name = host.split('.')[0] ?? host
    const object = await connection.objects.read(services(service.namespace, name), signal)
    if (!object) return void faults.push(`There is no Service ${name}${name === host ? '' : ` behind host ${host}`}.`)
    const selector = textMapAt(object, 'spec', 'selector')
    if (!matches(selector, own))
      faults.push(`Service ${name} (${writeLabels(selector)}) does not select pods of the ${words[0]} version.`)
    if (matches(selector, other))
      faults.push(`Service ${name} (${writeLabels(selector)}) also selects pods of the ${words[1]} version.`)
  }
  // The catalogue's own Service is judged by a check of its own.
  if (!isOwn(service, sides.stable)) await check(sides.stable, labels.stable, labels.canary, ['old', 'new'])
  await check(sides.canary, labels.canary, labels.stable, ['new', 'old'])
  return faults
}

function isOwn(service: Service, host: string): boolean {
  return host.split('.')[0] === service.serviceName
}
