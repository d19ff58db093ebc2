/** The Eyes port on Kubernetes: the metrics page of each pod of a slot, all at once, each with the same time limit. */
import { Agent, request } from 'undici'
import type { PodReading } from '../../../playbook/judge-counts.ts'
import type { EyesSettings, Service } from '../../../playbook/service.ts'
import type { Clock } from '../../../ports/clock.ts'
import { DeadlineError, networkFault } from '../../probe/network-fault.ts'
import { withDeadline } from '../../probe/with-deadline.ts'
import type { Connection } from '../connection.ts'
import { type JsonObject, textAt } from '../json.ts'
import { podSighting } from '../pod-sighting.ts'
import { sceneFor } from '../rolling/rolling-scene.ts'
import { podsBySlot, type Scene } from '../scene.ts'
import { pods } from '../target.ts'
import { parseCounters } from './parse-counters.ts'
import { PAGE_HEADERS, type Page, readPage } from './read-page.ts'

export interface PodReader {
  /** As the port says. */
  read(
    connection: Connection,
    service: Service,
    slot: 'stable' | 'canary',
    signal: AbortSignal,
  ): Promise<readonly PodReading[]>
  close(): Promise<void>
}

/** A tenth of failed requests shows in these, however many there are. */
const MOST_PODS = 32
/** Part of the interval that a read may take: the next one must never overtake it. */
const PART_OF_INTERVAL = 0.8
/** On a clock that runs fast there would be no time left for a network; real ms. */
const SHORTEST_LIMIT_MS = 250
/** Without a watch the pods are listed, which costs a dozen requests: seldom, ms of deployment time. */
const LISTED_FOR_MS = 10_000

export function podReader(clock: Clock): PodReader {
  // Kept alive from look to look, two looks of quiet included.
  const dispatcher = new Agent({ connections: 1, keepAliveTimeout: 15_000 })
  const sceneOf = scenes(clock)
  return {
    async read(connection, service, slot, signal) {
      const { eyes } = service
      if (!eyes) return []
      const found = running(podsBySlot(sceneFor(service, await sceneOf(connection, service, signal)))[slot])
      const limitMs = Math.max(SHORTEST_LIMIT_MS, clock.toRealMs(eyes.intervalMs) * PART_OF_INTERVAL)
      const byAddress = eyes.via === 'pod' || (eyes.via === 'auto' && connection.inCluster)
      const pageOf = (pod: JsonObject, limited: AbortSignal) =>
        byAddress ? pageAt(dispatcher, pod, eyes, limited) : pageThrough(connection, service, pod, eyes, limited)
      return Promise.all(found.map((pod) => readPod(pod, eyes, signal, limitMs, pageOf)))
    },
    close: () => dispatcher.destroy(),
  }
}

/** From the live watch; without one by lists, which are kept for a while. */
function scenes(clock: Clock) {
  const listed = new Map<string, { readonly at: number; readonly scene: Scene }>()
  return async (connection: Connection, service: Service, signal: AbortSignal): Promise<Scene> => {
    if (connection.isWatched(service)) return connection.scene(service, signal)
    const key = JSON.stringify([service.context, service.namespace, service.workload])
    const known = listed.get(key)
    const now = clock.now()
    if (known && now - known.at < LISTED_FOR_MS) return known.scene
    const scene = await connection.freshScene(service, signal)
    listed.set(key, { at: now, scene })
    return scene
  }
}

function running(found: readonly JsonObject[]): readonly JsonObject[] {
  return found
    .filter((pod) => textAt(pod, 'status', 'phase') === 'Running' && !podSighting(pod).terminating)
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    .slice(0, MOST_PODS)
}

async function readPod(
  pod: JsonObject,
  eyes: EyesSettings,
  signal: AbortSignal,
  limitMs: number,
  pageOf: (pod: JsonObject, signal: AbortSignal) => Promise<Page>,
): Promise<PodReading> {
  const about = { pod: nameOf(pod), life: `${textAt(pod, 'metadata', 'uid')}/${podSighting(pod).restarts}` }
  let late: unknown
  try {
    const page = await withDeadline(signal, limitMs, (limited) => {
      limited.addEventListener('abort', () => (late = limited.reason), { once: true })
      return pageOf(pod, limited)
    })
    const counted = parseCounters(page.text, eyes, page.openMetrics)
    return 'fault' in counted ? { ...about, unknown: counted.fault } : { ...about, ...counted }
  } catch (error) {
    signal.throwIfAborted()
    return { ...about, unknown: networkFault(late instanceof DeadlineError ? late : error) }
  }
}

async function pageAt(
  dispatcher: Agent,
  pod: JsonObject,
  { port, path }: EyesSettings,
  signal: AbortSignal,
): Promise<Page> {
  const address = textAt(pod, 'status', 'podIP')
  if (address === undefined) throw new Error('it has no address yet')
  const host = address.includes(':') ? `[${address}]` : address
  const answer = await request(`http://${host}:${port}${path}`, { dispatcher, headers: PAGE_HEADERS, signal })
  if (answer.statusCode === 200) return readPage(answer)
  // Its body is nothing to us, but the connection is.
  await answer.body.dump({ limit: 16_384 })
  throw new Error(`it answered ${answer.statusCode}`)
}

function pageThrough(
  { api }: Connection,
  { namespace }: Service,
  pod: JsonObject,
  { port, path }: EyesSettings,
  signal: AbortSignal,
): Promise<Page> {
  const target = { ...pods(namespace, `${nameOf(pod)}:${port}`), subresource: 'proxy' }
  return api.through(target, path, { headers: PAGE_HEADERS, signal }, readPage)
}

function nameOf(pod: JsonObject): string {
  return textAt(pod, 'metadata', 'name') ?? ''
}
