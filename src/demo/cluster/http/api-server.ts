/** The HTTP server of the simulated cluster: plain HTTP on loopback, the paths of the Kubernetes API. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { ClusterContext } from '../cluster-context.ts'
import { ApiError, statusOf, unknownPath } from '../store/api-error.ts'
import { type ApiFault, type ApiFaults, FAULT_REASONS } from './api-faults.ts'
import { discovery } from './discovery.ts'
import { answerJson, answerText, type Exchange, readExchange } from './exchange.ts'
import { handleMetrics } from './handle-metrics.ts'
import { handlePodSubresource } from './handle-pod.ts'
import { handleProxy, type PodProgram } from './handle-proxy.ts'
import { handleResource } from './handle-resource.ts'
import { openApi } from './open-api.ts'
import { parseResourcePath } from './request-path.ts'

export interface LoggedRequest {
  readonly method: string
  /** The path with its query. */
  readonly path: string
  /** Milliseconds since the Unix epoch, deployment time. */
  readonly at: number
}

/** How many requests are remembered. */
const REQUEST_LOG = 2_000

export interface ApiServer {
  readonly url: string
  requests(): readonly LoggedRequest[]
  stop(): Promise<void>
}

/** What stands behind the server's paths. */
export interface Backing {
  readonly context: ClusterContext
  readonly faults: ApiFaults
  /** Answers requests to pods. */
  readonly program: PodProgram
}

export async function startApiServer({ context, faults, program }: Backing, port: number): Promise<ApiServer> {
  const log: LoggedRequest[] = []
  const streams = new Set<() => void>()
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/' } = request
    log.push({ method, path: url, at: context.clock.now() })
    if (log.length > REQUEST_LOG) log.splice(0, log.length - REQUEST_LOG)
    const fault = faults.meet(method, url)
    if (fault) return answerFault(request, response, fault, faults)
    void serve(context, program, request, response, streams)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://127.0.0.1:${bound}`,
    requests: () => log,
    stop: () => stopServer(server, streams),
  }
}

async function stopServer(server: Server, streams: ReadonlySet<() => void>): Promise<void> {
  for (const end of streams) end()
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function answerFault(request: IncomingMessage, response: ServerResponse, fault: ApiFault, faults: ApiFaults): void {
  const { answer, retryAfterSeconds = answer === 429 ? 1 : undefined } = fault
  request.resume()
  if (answer === 'disconnect') response.destroy()
  if (answer === 'hang') faults.onClear(() => response.destroy())
  if (typeof answer === 'string') return
  const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  // As RBAC puts it: what a pod answers through the proxy is told from that by its words.
  const words = answer === 403 ? 'is forbidden: User "simulated" cannot do this' : `simulated fault: ${answer}`
  const error = new ApiError(answer, FAULT_REASONS[answer] ?? 'InternalError', words, details)
  response.writeHead(answer, {
    'content-type': 'application/json',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  })
  response.end(JSON.stringify(statusOf(error)))
}

async function serve(
  context: ClusterContext,
  program: PodProgram,
  request: IncomingMessage,
  response: ServerResponse,
  streams: Set<() => void>,
): Promise<void> {
  let exchange: Exchange | undefined
  try {
    exchange = await readExchange(request, response)
    if (handleProxy(context, exchange, program)) return
    const end = route(context, exchange, request.headers.host ?? '')
    if (!end) return
    streams.add(end)
    response.on('close', () => streams.delete(end))
  } catch (error) {
    answerError(response, error)
  }
}

function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  const known =
    error instanceof ApiError ? error : new ApiError(500, 'InternalError', `Internal error occurred: ${String(error)}`)
  const wait = known.details?.retryAfterSeconds
  response.writeHead(known.code, {
    'content-type': 'application/json',
    ...(wait === undefined ? {} : { 'retry-after': String(wait) }),
  })
  response.end(JSON.stringify(statusOf(known)))
}

/** Answers one request; returns what ends a stream from our side. */
function route(context: ClusterContext, exchange: Exchange, host: string): (() => void) | undefined {
  const { path } = exchange
  if (['/healthz', '/livez', '/readyz'].includes(path)) return void answerText(exchange, 'ok')
  const found = exchange.method === 'GET' ? (discovery(path, host) ?? openApi(path)) : undefined
  if (found !== undefined) return void answerJson(exchange, 200, found)
  if (path.startsWith('/apis/metrics.k8s.io/')) return void handleMetrics(context, exchange)
  const resource = parseResourcePath(path)
  if (!resource) throw unknownPath()
  if (resource.definition.plural === 'pods' && ['log', 'eviction'].includes(resource.subresource ?? '')) {
    return handlePodSubresource(context, exchange, resource)
  }
  return handleResource(context, exchange, resource)
}
