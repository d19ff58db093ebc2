/** Everything pre-flight asks about the target, in one go. One part that cannot be read does not hide the others. */
import type { Service } from '../../../playbook/service.ts'
import { ClusterError, type Inspection } from '../../../ports/cluster.ts'
import { findAutoscaler, minReplicas } from '../autoscaler.ts'
import type { Connection } from '../connection.ts'
import { containerNames, imageOf, versionContainer } from '../containers.ts'
import { findLeftovers } from '../dry-run.ts'
import { at, countAt, isObject, type JsonObject, listAt, numberAt, objectAt, textAt, textMapAt } from '../json.ts'
import { podSighting } from '../pod-sighting.ts'
import { parseQuantity } from '../quantity.ts'
import { rolloutState } from '../rollout-state.ts'
import { weightedRouterOf } from '../routers/router-of.ts'
import type { WeightedRouter } from '../routers/weighted-router.ts'
import { podsBySlot, type Scene } from '../scene.ts'
import { matches, matchesLabelSelector } from '../selectors.ts'
import { routedPods } from '../shares.ts'
import { canaryDeployment, previousDeployment, promotedTemplate } from '../slot-deployments.ts'
import { disruptionBudgets, resourceQuotas } from '../target.ts'
import { templateOf } from '../traffic.ts'
import { endingOf } from './ending.ts'
import { NONE_LOST, readLostPolicies } from './lost-policies.ts'
import { type Owner, ownersAround, ownersOf } from './owners.ts'
import { partsOf } from './parts.ts'
import { podRequest } from './pod-requests.ts'
import { type PodLabels, type RouterFacts, routerFacts } from './router-faults.ts'

/**
 * Throws ClusterError only when the workload, its pods or its Service cannot be read; other parts that fail are named in
 * `unread`, and are then as if there were none.
 */
export async function inspect(
  connection: Connection,
  service: Service,
  version: string,
  signal: AbortSignal,
): Promise<Inspection> {
  const scene = await connection.freshScene(service, signal)
  const { part, list, brief, unread } = partsOf(connection, signal)
  const workload = scene.deployments.stable
  const labels = workload ? labelsOf(service, workload, scene.service, version) : null
  const scaler = findAutoscaler(connection, service, brief)
  scaler.catch(() => undefined)
  const [quotas, hpa, pdb, leftovers, policies, around, router] = await Promise.all([
    part('quotas', [], async () => (await list(resourceQuotas(service.namespace))).flatMap(quotaRows)),
    part('HPA', null, async () => hpaFacts(await scaler)),
    part('PDB', null, async () => pdbFacts(await list(disruptionBudgets(service.namespace)), labels?.stable ?? {})),
    part('leftovers', [], () => findLeftovers(connection, service, brief)),
    part('network policies', NONE_LOST, () => readLostPolicies(connection, service, labels, brief)),
    readOwnersAround(connection, service, scene.service, scaler, brief),
    readRouterFacts(connection, service, scene.service, labels, brief),
  ])
  return {
    workload: workload && workloadFacts(service, workload, scene, around),
    service: scene.service && serviceFacts(scene.service, labels),
    endpoints: routedPods(scene.endpointSlices).size,
    quotas,
    hpa,
    pdb,
    leftovers,
    ...policies,
    ...router,
    routerFaults: [...router.routerFaults, ...(workload ? rollingFaults(service, workload) : [])],
    unread,
  }
}

function workloadFacts(
  service: Service,
  workload: JsonObject,
  scene: Scene,
  around: readonly Owner[],
): NonNullable<Inspection['workload']> {
  const template = templateOf(workload)
  const spec = objectAt(template, 'spec')
  const names = containerNames(template)
  const container = attempt(() => versionContainer(service, template)) ?? ''
  const versioned = listAt(spec, 'containers').find((row) => textAt(row, 'name') === container)
  const { wanted, complete, stuck } = rolloutState(workload)
  return {
    replicas: wanted,
    complete,
    stuck,
    image: imageOf(template, container) ?? '',
    containers: names,
    hasReadinessProbe: isObject(at(versioned, 'readinessProbe')),
    ...endingOf(spec, isObject(versioned) ? versioned : {}),
    cpuRequest: podRequest(spec, 'cpu'),
    memoryRequest: podRequest(spec, 'memory'),
    managers: [...ownersOf(workload, container), ...around],
    labels: textMapAt(workload, 'metadata', 'labels'),
    annotations: textMapAt(workload, 'metadata', 'annotations'),
    pods: podsBySlot(scene).stable.map(podSighting),
  }
}

function serviceFacts(front: JsonObject, labels: PodLabels | null): NonNullable<Inspection['service']> {
  const selector = textMapAt(front, 'spec', 'selector')
  return {
    selector,
    selectsWorkload: labels !== null && matches(selector, labels.stable),
    selectsCanary: labels !== null && matches(selector, labels.canary),
  }
}

/** Labels of the pods of both versions. A template without the version's container has none of a new version: it is told by its containers. */
function labelsOf(service: Service, workload: JsonObject, front: JsonObject | null, version: string): PodLabels | null {
  const template = templateOf(workload)
  const serviceSelector = textMapAt(front, 'spec', 'selector')
  const want = { image: `${service.image}:${version}`, version, replicas: 1 }
  return (
    attempt(() => ({
      stable: textMapAt(template, 'metadata', 'labels'),
      canary: textMapAt(
        canaryDeployment(service, workload, { template, serviceSelector }, want),
        'spec',
        'template',
        'metadata',
        'labels',
      ),
      kept: textMapAt(
        previousDeployment(service, workload, { template, serviceSelector }, 1),
        'spec',
        'template',
        'metadata',
        'labels',
      ),
      promoted: textMapAt(promotedTemplate(service, workload, template, serviceSelector, want), 'metadata', 'labels'),
    })) ?? null
  )
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof ClusterError) return undefined
    throw error
  }
}

function quotaRows(quota: JsonObject): Inspection['quotas'] {
  const name = textAt(quota, 'metadata', 'name') ?? ''
  const used = objectAt(quota, 'status', 'used')
  return Object.entries(objectAt(quota, 'status', 'hard')).flatMap(([resource, value]) => {
    const hard = parseQuantity(value)
    return hard === undefined ? [] : [{ name, resource, hard, used: parseQuantity(used[resource]) ?? 0 }]
  })
}

function hpaFacts(hpa: JsonObject | null): Inspection['hpa'] {
  const name = textAt(hpa, 'metadata', 'name')
  if (!hpa || name === undefined) return null
  return { name, minReplicas: minReplicas(hpa), maxReplicas: numberAt(hpa, 'spec', 'maxReplicas') ?? minReplicas(hpa) }
}

/** The first PDB over the workload's pods. */
function pdbFacts(budgets: readonly JsonObject[], labels: Readonly<Record<string, string>>): Inspection['pdb'] {
  const found = budgets.find((budget) => matchesLabelSelector(objectAt(budget, 'spec', 'selector'), labels))
  const name = textAt(found, 'metadata', 'name')
  return name === undefined ? null : { name, disruptionsAllowed: countAt(found, 'status', 'disruptionsAllowed') }
}

/** Pods can be replaced in place only where new ones may start before old ones stop. */
function rollingFaults({ router, workload: name }: Service, workload: JsonObject): readonly string[] {
  if (router.kind !== 'rolling' || textAt(workload, 'spec', 'strategy', 'type') !== 'Recreate') return []
  return [
    `Deployment ${name} has the strategy Recreate, which stops all pods before it starts new ones: it cannot be replaced pod by pod. Set its spec.strategy.type to RollingUpdate.`,
  ]
}

/** What cannot be read here is told by the part it belongs to: router, or HPA. */
async function readOwnersAround(
  connection: Connection,
  service: Service,
  front: JsonObject | null,
  scaler: Promise<JsonObject | null>,
  signal: AbortSignal,
): Promise<readonly Owner[]> {
  const router = weightedRouterOf(service)
  const unlessUnread = (read: Promise<JsonObject | null>) =>
    read.catch((error: unknown) => {
      if (error instanceof ClusterError) return null
      throw error
    })
  const [route, hpa] = await Promise.all([
    router ? unlessUnread(readRouteNow(connection, service, router, signal)) : null,
    unlessUnread(scaler),
  ])
  return ownersAround(service, { front, router, route, hpa })
}

async function readRouteNow(
  { objects, routeTarget }: Connection,
  service: Service,
  router: WeightedRouter,
  signal: AbortSignal,
): Promise<JsonObject | null> {
  return objects.read(await routeTarget(service, router, signal), signal)
}

/** A router that cannot be read cannot be written either: that is a fault of its own. */
async function readRouterFacts(...args: Parameters<typeof routerFacts>): Promise<RouterFacts> {
  try {
    return await routerFacts(...args)
  } catch (error) {
    if (error instanceof ClusterError) return { routerFaults: [error.message] }
    throw error
  }
}
