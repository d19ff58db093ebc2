/** The logs of the simulated pods: start-up, requests at a steady pace, and the last words of a crash. */

import { imageTag } from './sickness.ts'
import type { Container, ContainerStatus, Pod, Terminated } from './store/pod-objects.ts'
import { fnv32a } from './store/seeded-names.ts'

export interface LogRequest {
  readonly container: string
  /** The log of the container that ended before this one. */
  readonly previous: boolean
  readonly timestamps: boolean
  /** Milliseconds since the Unix epoch; everything when absent. */
  readonly since?: number
  readonly tailLines?: number
}

interface Line {
  readonly at: number
  readonly text: string
}

/** One request line each this many milliseconds of deployment time. */
const PACE_MS = 2_000
/** A long-lived pod shows at most this many request lines. */
const MOST_REQUESTS = 2_000

/** The lines of a container up to `now`; none when it has not run. */
export function logLines(pod: Pod, request: LogRequest, now: number): readonly string[] {
  const container = pod.spec.containers.find(({ name }) => name === request.container)
  const status = pod.status?.containerStatuses?.find(({ name }) => name === request.container)
  if (!container || !status) return []
  const lines = containerLines(pod, container, status, request.previous, now)
  const since = request.since ?? Number.NEGATIVE_INFINITY
  const wanted = lines.filter(({ at }) => at >= since && at <= now)
  const tail =
    request.tailLines === undefined ? wanted : wanted.slice(wanted.length - Math.min(request.tailLines, wanted.length))
  return tail.map(({ at, text }) => (request.timestamps ? `${new Date(at).toISOString()} ${text}` : text))
}

function containerLines(
  pod: Pod,
  container: Container,
  status: ContainerStatus,
  previous: boolean,
  now: number,
): readonly Line[] {
  const running = previous ? undefined : status.state.running
  if (running) {
    const start = Date.parse(running.startedAt)
    return [...startLines(pod, container, start), ...requestLines(pod, start, now)]
  }
  const ended = previous ? status.lastState.terminated : (status.state.terminated ?? status.lastState.terminated)
  if (!ended) return []
  const start = Date.parse(ended.startedAt)
  const end = Date.parse(ended.finishedAt)
  return [...startLines(pod, container, start), ...requestLines(pod, start, end), ...lastLines(container, ended, end)]
}

function line(at: number, level: string, msg: string, more: Readonly<Record<string, unknown>> = {}): Line {
  return { at, text: JSON.stringify({ time: new Date(at).toISOString(), level, msg, ...more }) }
}

function startLines(pod: Pod, container: Container, start: number): readonly Line[] {
  const version = imageTag(container.image)
  const port = container.ports?.[0]?.containerPort ?? 8080
  return [
    line(start, 'info', 'starting', { service: container.name, version, pod: pod.metadata.name }),
    line(start + 120, 'info', 'configuration loaded'),
    line(start + 480, 'info', 'database pool ready', { connections: 10 }),
    line(start + 700, 'info', 'listening', { port }),
  ]
}

const PATHS = ['/', '/items', '/items/42', '/search?q=lamp', '/healthz', '/cart'] as const

function requestLines(pod: Pod, start: number, end: number): readonly Line[] {
  const first = Math.ceil((start + 1_000) / PACE_MS)
  const last = Math.floor(end / PACE_MS)
  const from = Math.max(first, last - MOST_REQUESTS)
  return Array.from({ length: Math.max(0, last - from + 1) }, (_, index) => {
    const tick = from + index
    const draw = fnv32a(`${pod.metadata.uid}/${tick}`)
    const path = PATHS[draw % PATHS.length] ?? '/'
    return line(tick * PACE_MS, 'info', 'request', { method: 'GET', path, status: 200, ms: 5 + ((draw >>> 8) % 60) })
  })
}

function lastLines(container: Container, { exitCode }: Terminated, end: number): readonly Line[] {
  // the kernel kills without a word: an out-of-memory container's log just stops
  if (exitCode === 137) return [line(end - 50, 'warn', 'heap is nearly full', { usedMb: 498, limitMb: 512 })]
  const trace = [
    `TypeError: Cannot read properties of undefined (reading 'id')`,
    `    at loadPrices (file:///app/dist/prices.js:41:27)`,
    `    at async start (file:///app/dist/${container.name}.js:18:3)`,
    `    at async file:///app/dist/main.js:7:1`,
  ]
  return [
    line(end - 5, 'fatal', 'uncaught exception', { version: imageTag(container.image) }),
    ...trace.map((text, index) => ({ at: end - 4 + index, text })),
  ]
}
