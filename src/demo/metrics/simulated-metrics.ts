/**
 * One server with the three things around a simulated cluster: a metrics store (Prometheus' query API), an image
 * registry, and the services' front door. The numbers come from a model of a web service and the live shares of
 * traffic; they are integrated over the windows that are asked for, so they move as in a real store: errors that
 * began 20 s ago weigh a third of a window of 60 s.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Clock } from '../../ports/clock.ts'
import type { Model } from './evaluate-rows.ts'
import { frontDoor } from './front-door.ts'
import { answerImage, KNOWN_TAGS } from './image-routes.ts'
import { type PodCount, podCounters } from './pod-counters.ts'
import { answerQuery } from './query-routes.ts'
import { seededNoise } from './seeded-noise.ts'
import { type FiringAlert, highErrorRate } from './simulated-alerts.ts'
import { type Sickness, serviceKey, type TrafficSource, trafficHistory } from './traffic-history.ts'
import { countLastMinute, type VersionNumbers, versionNumbers, versionsOf } from './version-numbers.ts'

export interface SimulatedMetricsOptions {
  readonly clock: Clock
  readonly seed: number
  readonly source: TrafficSource
  /** Tags that every repository of the registry has. Default KNOWN_TAGS. */
  readonly tags?: readonly string[]
  /** Default: any free port. */
  readonly port?: number
}

export type { VersionNumbers }

export interface SimulatedMetrics {
  /** The metrics store's address, and the front door's: `<url>/<namespace>/<service>/health`. */
  readonly url: string
  /** `127.0.0.1:<port>`, spoken to without TLS. */
  readonly registryHost: string
  setSickness(version: string, sickness: Sickness): void
  sickness(version: string): Sickness
  /** The versions that run or get traffic, by name. */
  snapshot(service: { readonly namespace: string; readonly serviceName: string }): readonly VersionNumbers[]
  /** What a pod of the service has counted of its own requests; null: it reports nothing. */
  podCount(service: { readonly namespace: string; readonly serviceName: string }, pod: string): PodCount | null
  /** Call it when traffic has moved, else the move is dated at the next question. */
  observe(): void
  /** While down, the store breaks off every connection; registry and front door go on. */
  setDown(down: boolean): void
  stop(): Promise<void>
}

/** Errors of all versions together above which the alert fires: the playbook's critical row. */
const ALERT_RATIO = 0.01
const BODY_LIMIT = 1024 * 1024

export async function startSimulatedMetrics(options: SimulatedMetricsOptions): Promise<SimulatedMetrics> {
  const { clock, source, tags = KNOWN_TAGS } = options
  const history = trafficHistory(source)
  const model: Model = { history, noise: seededNoise(options.seed) }
  const door = frontDoor(source, history)
  const counters = podCounters(source, history.sickness)
  const asked = new Set<string>()
  let down = false

  function firing(): readonly FiringAlert[] {
    const now = clock.now()
    history.observe(now)
    return [...asked].flatMap((key) => {
      const [namespace = '', serviceName = ''] = key.split('/')
      const counted = versionsOf(source, { namespace, serviceName }).map((version) =>
        countLastMinute(model, key, version, now),
      )
      const requests = counted.reduce((sum, each) => sum + each.requests, 0)
      const errors = counted.reduce((sum, each) => sum + each.errors, 0)
      return requests > 0 && errors / requests > ALERT_RATIO ? [highErrorRate(namespace, serviceName)] : []
    })
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (url.pathname.startsWith('/api/v1/')) {
      if (down) return void request.socket.destroy()
      const query = url.searchParams.get('query') ?? new URLSearchParams(await readText(request)).get('query')
      if (url.pathname !== '/api/v1/query' || query === null) return send(response, 404, {}, 'not found')
      const subject = /^# tminus (\S+)/.exec(query)?.[1]
      if (subject !== undefined) asked.add(subject)
      const { status, body } = answerQuery(model, query, clock.now(), firing)
      return send(response, status, { 'content-type': 'application/json' }, JSON.stringify(body))
    }
    const image = answerImage(url.pathname, tags)
    if (image !== null) return send(response, image.status, image.headers, request.method === 'HEAD' ? '' : image.body)
    const answer = door.answer(url)
    if (answer === null) return send(response, 404, {}, 'not found')
    const headers = answer.version === null ? {} : { 'x-version': answer.version }
    return send(response, answer.status, { 'content-type': 'application/json', ...headers }, answer.body)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => send(response, 500, {}, String(error)))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the simulated metrics have no port')
  const host = `127.0.0.1:${address.port}`

  return {
    url: `http://${host}`,
    registryHost: host,
    setSickness: (version, sickness) => {
      history.setSickness(clock.now(), version, sickness)
      counters.observe(clock.now())
    },
    sickness: (version) => history.sickness(version),
    snapshot({ namespace, serviceName }) {
      const now = clock.now()
      history.observe(now, namespace, serviceName)
      asked.add(serviceKey(namespace, serviceName))
      return versionNumbers(model, source, { namespace, serviceName }, now)
    },
    podCount: ({ namespace, serviceName }, pod) => counters.count(clock.now(), namespace, serviceName, pod),
    observe: () => {
      history.observe(clock.now())
      counters.observe(clock.now())
    },
    setDown: (now) => {
      down = now
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > BODY_LIMIT) throw new Error('the query is too long')
  }
  return text
}

function send(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string): void {
  response.writeHead(status, headers)
  response.end(body)
}
