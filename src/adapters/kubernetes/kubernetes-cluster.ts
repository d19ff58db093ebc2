/** The ports Cluster and Eyes on Kubernetes. One connection per kubeconfig context, made when it is first needed. */
import type { Owned } from '../../playbook/ownership.ts'
import type { Service } from '../../playbook/service.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Cluster, Sighting, WriteContext } from '../../ports/cluster.ts'
import type { Eyes } from '../../ports/eyes.ts'
import { withAddresses } from './addresses.ts'
import { changedConfigs } from './config-references.ts'
import { type Connection, connect } from './connection.ts'
import { credentialsOf } from './credentials.ts'
import { dryRun } from './dry-run.ts'
import { ensureSlot } from './ensure-slot.ts'
import { podReader } from './eyes/read-pods.ts'
import type { PinnedContext } from './fencing.ts'
import { forget, settle, tidy } from './finish.ts'
import { readCapacity } from './inspect/capacity.ts'
import { inspect } from './inspect/inspect.ts'
import { textAt } from './json.ts'
import { DEPLOYMENT_ANNOTATION } from './names.ts'
import { reclaim } from './ownership/reclaim.ts'
import { foreignChanges, suspected } from './ownership/standing.ts'
import { pinGrown, pinWorkload } from './pin-workload.ts'
import { podLogs } from './pod-logs.ts'
import { presentPods } from './present-pods.ts'
import { promote } from './promote.ts'
import { readPinned } from './read-pinned.ts'
import { restore } from './restore.ts'
import { rollingSlots, sceneFor } from './rolling/rolling-scene.ts'
import { routeByRolling } from './rolling/rolling-traffic.ts'
import { weightedRouterOf } from './routers/router-of.ts'
import { routeByWeights } from './routers/weighted-traffic.ts'
import { podsBySlot } from './scene.ts'
import { slotState } from './slot-state.ts'
import { routeBySwitch } from './switch-traffic.ts'
import { readTraffic, routeBySelector } from './traffic.ts'
import { needPin, needWorkload, pinnedContext } from './workload.ts'

export interface KubernetesClusterOptions {
  /** Default: KUBECONFIG, `~/.kube/config`, or in-cluster. */
  readonly kubeconfigPath?: string
  /** For the time of a sighting and the pauses between tries of a broken watch. */
  readonly clock: Clock
  /** Limit of one request, real ms. Default 10 s. */
  readonly requestTimeoutMs?: number
  /** Told of every write that was made, for the log: `patch services "api" in namespace shop`. */
  readonly onWrite?: (what: string) => void
  /** How a context is logged in to. Default: as the kubeconfig says. */
  readonly login?: typeof credentialsOf
}

const REQUEST_TIMEOUT_MS = 10_000

/** The cluster, and the eyes that look at its pods over the same connections. */
export interface KubernetesCluster extends Cluster {
  readonly eyes: Eyes
}

export function kubernetesCluster(options: KubernetesClusterOptions): KubernetesCluster {
  const contexts = new Map<string | null, Promise<Connection>>()
  const connectionTo = ({ context }: Service): Promise<Connection> => {
    const known = contexts.get(context)
    if (known) return known
    const made = connect({
      kubeconfigPath: options.kubeconfigPath,
      context,
      clock: options.clock,
      requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      onWrite: options.onWrite ?? (() => undefined),
      login: options.login ?? credentialsOf,
    })
    contexts.set(context, made)
    // A kubeconfig that is being written may be whole at the next try.
    made.catch(() => contexts.delete(context))
    return made
  }
  /** For the writes of a deployment that is under way. */
  const underWay = async <T>(
    service: Service,
    context: WriteContext,
    write: (to: Connection, pinned: PinnedContext) => Promise<T>,
  ): Promise<T> => {
    const to = await connectionTo(service)
    return write(to, pinnedContext(to, service, context))
  }
  const pods = podReader(options.clock)
  return {
    eyes: { read: async (service, slot, signal) => pods.read(await connectionTo(service), service, slot, signal) },
    inspect: async (service, version, signal) => inspect(await connectionTo(service), service, version, signal),
    capacity: async (service, signal) => readCapacity(await connectionTo(service), service, signal),
    look: async (service, signal, owned) =>
      look(await connectionTo(service), service, options.clock.now(), signal, owned),
    foreign: async (service, owned, signal) => foreignChanges(await connectionTo(service), service, owned, signal),
    reclaim: async (service, owned, fields, context) =>
      reclaim(await connectionTo(service), service, owned, fields, context),
    dryRun: async (service, image, signal) => dryRun(await connectionTo(service), service, image, signal),
    pin: async (service, context, again = false) =>
      again
        ? underWay(service, context, (to, pinned) => pinGrown(to, service, pinned))
        : pinWorkload(await connectionTo(service), service, context),
    pinned: async (service, signal) => readPinned(await connectionTo(service), service, signal),
    ensureSlot: (service, want, context) =>
      underWay(service, context, (to, pinned) => ensureSlot(to, service, want, pinned)),
    route: (service, percent, context) =>
      underWay(service, context, (to, pinned) => route(to, service, percent, pinned)),
    promote: (service, want, context) => underWay(service, context, (to, pinned) => promote(to, service, want, pinned)),
    settle: (service, pin, context) => underWay(service, context, (to, pinned) => settle(to, service, pin, pinned)),
    restore: (service, pin, kept, context, overdue) =>
      underWay(service, context, (to, pinned) => restore(to, service, pin, kept, pinned, overdue)),
    changedConfigs: async (service, pin, signal) => changedConfigs(await connectionTo(service), service, pin, signal),
    tidy: async (service, pin, context) => tidy(await connectionTo(service), service, pin, context),
    forget: async (service, context) => forget(await connectionTo(service), service, context),
    logs: async (service, slot, lines, signal) => podLogs(await connectionTo(service), service, slot, lines, signal),
    watch: (service, changed) => watchWhenConnected(connectionTo(service), service, changed),
    async close() {
      const open = await Promise.allSettled(contexts.values())
      contexts.clear()
      await pods.close()
      for (const one of open) if (one.status === 'fulfilled') await one.value.close()
    },
  }
}

async function look(
  connection: Connection,
  service: Service,
  at: number,
  signal: AbortSignal,
  owned?: Owned,
): Promise<Sighting> {
  const scene = sceneFor(service, await connection.scene(service, signal))
  const { shares, unknown } = await readTraffic(connection, service, signal, scene)
  const pods = podsBySlot(scene)
  const { stable, canary, previous } = scene.deployments
  return {
    at,
    watched: connection.isWatched(service),
    slots: {
      stable: withAddresses(
        service,
        slotState(service, stable, presentPods(stable, scene.replicaSets, pods.stable)),
        scene.endpointSlices,
      ),
      canary: withAddresses(service, slotState(service, canary, pods.canary), [
        ...scene.endpointSlices,
        ...scene.canarySlices,
      ]),
      previous: slotState(service, previous, pods.previous),
      ...rollingSlots(service, scene),
    },
    shares,
    ...(unknown !== undefined && { sharesUnknown: unknown }),
    ...(owned && { differs: await suspected(connection, service, owned, scene, signal) }),
    writtenBy: textAt(stable, 'metadata', 'annotations', DEPLOYMENT_ANNOTATION) ?? null,
  }
}

async function route(...[connection, service, percent, context]: [Connection, ...Parameters<Cluster['route']>]) {
  const pin = needPin(service, await needWorkload(connection, service, context), context)
  if (service.router.kind === 'rolling') return routeByRolling(connection, service, pin, percent, context)
  if (service.router.kind === 'switch') return routeBySwitch(connection, service, pin, percent, context)
  const router = weightedRouterOf(service)
  return router
    ? routeByWeights(connection, service, router, percent, context)
    : routeBySelector(connection, service, pin, percent, context)
}

function watchWhenConnected(connecting: Promise<Connection>, service: Service, changed: () => void): () => void {
  let stopped = false
  let stop: (() => void) | undefined
  connecting.then(
    (connection) => {
      if (!stopped) stop = connection.watch(service, changed)
    },
    // Without a connection the next look says what is wrong.
    () => undefined,
  )
  return () => {
    stopped = true
    stop?.()
  }
}
