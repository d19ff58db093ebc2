/** What an emergency finds on the cluster: the way back as it was written down, whoever wrote it and whatever our store knows. */
import { pinnedService } from '../../playbook/pinned-service.ts'
import type { Service } from '../../playbook/service.ts'
import type { Pinned } from '../../ports/cluster.ts'
import { wayBackByHand } from './by-hand.ts'
import type { Connection } from './connection.ts'
import { imageOf, versionContainer } from './containers.ts'
import { tokenNumber } from './fencing.ts'
import type { JsonObject } from './json.ts'
import { slotName } from './names.ts'
import { anyPinOn } from './pinning.ts'
import { rolloutState, wantedReplicas } from './rollout-state.ts'
import { weightedRouterOf } from './routers/router-of.ts'
import { deployments, services } from './target.ts'
import { templateOf } from './traffic.ts'

/** Null when there is no workload, or nothing readable is pinned on it. Throws ClusterError when the cluster cannot be asked. */
export async function readPinned(
  connection: Connection,
  service: Service,
  signal: AbortSignal,
): Promise<Pinned | null> {
  const { namespace, workload } = service
  const slot = (name: 'stable' | 'canary' | 'previous') =>
    connection.objects.read(deployments(namespace, slotName(workload, name)), signal)
  const [stable, canary, previous, front, route] = await Promise.all([
    slot('stable'),
    slot('canary'),
    slot('previous'),
    connection.objects.read(services(namespace, service.serviceName), signal),
    readRoute(connection, service, signal),
  ])
  const written = stable && anyPinOn(stable)
  if (!stable || !written) return null
  const { deployment, pin } = written
  const image = versionImage(service, stable)
  const inPlace = pin.rollout !== undefined
  const kept = !inPlace && previous !== null && rolloutState(previous).ready > 0
  // On its way to or from the new version the workload holds pods of both: then only the kept ones are surely old.
  const replaced = !inPlace && ((image ?? '') !== pin.image || (kept && !rolloutState(stable).complete))
  const inCanary = canary && wantedReplicas(canary) > 0 ? versionImage(service, canary) : null
  return {
    deployment,
    pin,
    kept,
    replaced,
    badImage: inCanary ?? ((image ?? '') === pin.image ? canary && versionImage(service, canary) : image),
    lastNumber: Math.max(
      0,
      ...[stable, canary, previous, front, route].map((object) => (object ? tokenNumber(object) : 0)),
    ),
    byHand: wayBackByHand(pinnedService(service, pin), pin, replaced, route),
  }
}

/** The route is wanted for its token and for the lines to type; without it the rest is still worth having. */
async function readRoute(connection: Connection, service: Service, signal: AbortSignal): Promise<JsonObject | null> {
  const router = weightedRouterOf(service)
  if (!router) return null
  try {
    return await connection.objects.read(await connection.routeTarget(service, router, signal), signal)
  } catch {
    return null
  }
}

function versionImage(service: Service, deployment: JsonObject): string | null {
  const template = templateOf(deployment)
  return imageOf(template, versionContainer(service, template)) ?? null
}
