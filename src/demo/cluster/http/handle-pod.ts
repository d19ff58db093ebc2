/** What only pods have: their logs, and evictions. */
import { evictPod } from '../api/evict-pod.ts'
import type { ClusterContext } from '../cluster-context.ts'
import { type LogRequest, logLines } from '../logs.ts'
import { badRequest, notFound, unknownPath } from '../store/api-error.ts'
import { isObject } from '../store/json.ts'
import type { Pod } from '../store/pod-objects.ts'
import { answerJson, type Exchange } from './exchange.ts'
import { writeOptions } from './request-options.ts'
import type { ResourcePath } from './request-path.ts'

/** How often a followed log is looked at, in milliseconds of deployment time. */
const FOLLOW_MS = 1_000

export function handlePodSubresource(
  context: ClusterContext,
  exchange: Exchange,
  { definition, namespace, name = '', subresource }: ResourcePath,
): (() => void) | undefined {
  const pod = context.store.get('pods', namespace, name)
  if (!pod) throw notFound(definition, name)
  if (subresource === 'log' && exchange.method === 'GET') return answerLog(context, exchange, pod)
  if (subresource !== 'eviction' || exchange.method !== 'POST') throw unknownPath()
  const { dryRun } = writeOptions(definition, exchange)
  const given = isObject(exchange.body) ? exchange.body.deleteOptions : undefined
  const grace = isObject(given) ? given.gracePeriodSeconds : undefined
  evictPod(context, pod, typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}, dryRun)
  answerJson(exchange, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
  return undefined
}

function answerLog(context: ClusterContext, exchange: Exchange, pod: Pod): (() => void) | undefined {
  const { query, response } = exchange
  const request = logRequest(pod, query, context.clock.now())
  const lines = logLines(pod, request, context.clock.now())
  response.writeHead(200, { 'content-type': 'text/plain' })
  for (const line of lines) response.write(`${line}\n`)
  if (query.get('follow') !== 'true' || request.previous) {
    response.end()
    return undefined
  }
  response.flushHeaders()
  return follow(context, exchange, pod, request)
}

function logRequest(pod: Pod, query: URLSearchParams, now: number): LogRequest {
  const names = pod.spec.containers.map((container) => container.name)
  const container = query.get('container') ?? names[0] ?? ''
  const status = pod.status?.containerStatuses?.find((candidate) => candidate.name === container)
  const about = `container "${container}" in pod "${pod.metadata.name}"`
  if (!names.includes(container)) throw badRequest(`container ${container} is not valid for pod ${pod.metadata.name}`)
  if (names.length > 1 && query.get('container') === null) {
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
    )
  }
  const previous = query.get('previous') === 'true'
  if (previous && !status?.lastState.terminated) {
    throw badRequest(`previous terminated ${about} not found`)
  }
  if (!status?.containerID) {
    throw badRequest(`${about} is waiting to start: ${status?.state.waiting?.reason ?? 'ContainerCreating'}`)
  }
  const number = (key: string) => (query.get(key) === null ? undefined : Number(query.get(key)))
  const sinceSeconds = number('sinceSeconds')
  const sinceTime = query.get('sinceTime')
  const since =
    sinceTime !== null ? Date.parse(sinceTime) : sinceSeconds === undefined ? undefined : now - sinceSeconds * 1000
  const tailLines = number('tailLines')
  return {
    container,
    previous,
    timestamps: query.get('timestamps') === 'true',
    ...(since === undefined ? {} : { since }),
    ...(tailLines === undefined ? {} : { tailLines }),
  }
}

function follow(context: ClusterContext, { response }: Exchange, pod: Pod, request: LogRequest): () => void {
  let seen = context.clock.now()
  let cancel = () => {}
  const { tailLines: _, ...rest } = request
  const look = () => {
    const now = context.clock.now()
    const current = context.store.get('pods', pod.metadata.namespace, pod.metadata.name)
    if (current?.metadata.uid !== pod.metadata.uid) return void response.end()
    for (const line of logLines(current, { ...rest, since: seen + 1 }, now)) response.write(`${line}\n`)
    seen = now
    cancel = context.clock.schedule(now + FOLLOW_MS, look)
  }
  cancel = context.clock.schedule(seen + FOLLOW_MS, look)
  response.on('close', () => cancel())
  return () => void response.destroy()
}
