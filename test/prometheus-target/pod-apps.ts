/**
 * Small web applications of the tests, one for each pod, each on a loopback address of its own and all on one port, as
 * pods are. They answer requests (200, or 500 when they are sick) and count them with a real client library.
 */
import { createServer, type Server, type ServerResponse } from 'node:http'
import { Counter, Registry } from 'prom-client'

export interface PodApp {
  readonly address: string
  /** Answers so many requests with this status, without a wire. */
  serve(status: number, requests: number): void
  /** From now on requests over the wire are answered with 500. */
  fallIll(): void
  /** As a restarted container: all counters begin anew. */
  restart(): void
  /** Answers the metrics page in its place; undefined: itself again. */
  misbehave(answer: ((response: ServerResponse, page: string) => void) | undefined): void
  /** Times the metrics page was asked for. */
  reads(): number
  /** Connections that were made to it. */
  connections(): number
}

export interface PodApps {
  readonly port: number
  readonly apps: readonly PodApp[]
  /** When the first request was answered with 500, ms since the epoch; null before. */
  firstFailure(): number | null
  stop(): Promise<void>
}

/** `port`: 0 or absent, any free one. */
export async function startPodApps(
  addresses: readonly string[],
  at: { readonly port?: number } = {},
): Promise<PodApps> {
  const servers: Server[] = []
  const apps: PodApp[] = []
  let first: number | null = null
  let port = at.port ?? 0
  for (const address of addresses) {
    const { app, server } = makeApp(address, () => {
      first ??= performance.timeOrigin + performance.now()
    })
    port = await listen(server, address, port)
    servers.push(server)
    apps.push(app)
  }
  return {
    port,
    apps,
    firstFailure: () => first,
    async stop() {
      for (const server of servers) {
        server.closeAllConnections()
        await new Promise<void>((resolve) => void server.close(() => resolve()))
      }
    },
  }
}

/** A free port at the first address; the same at the others, where nothing else listens. */
function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      const bound = server.address()
      resolve(bound !== null && typeof bound === 'object' ? bound.port : 0)
    })
  })
}

function makeApp(address: string, failed: () => void): { app: PodApp; server: Server } {
  const registry = new Registry()
  const counter = new Counter({
    name: 'http_requests_total',
    help: 'Requests.',
    labelNames: ['code'],
    registers: [registry],
  })
  let sick = false
  let reads = 0
  let connections = 0
  let instead: Parameters<PodApp['misbehave']>[0]
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      const code = sick ? 500 : 200
      if (sick) failed()
      counter.inc({ code: String(code) })
      return void response.writeHead(code).end()
    }
    reads += 1
    void registry.metrics().then((page) => {
      if (instead) return instead(response, page)
      response.writeHead(200, { 'content-type': registry.contentType })
      response.end(page)
    })
  })
  server.on('connection', () => {
    connections += 1
  })
  const app: PodApp = {
    address,
    serve: (status, requests) => counter.inc({ code: String(status) }, requests),
    fallIll: () => {
      sick = true
    },
    restart: () => counter.reset(),
    misbehave: (answer) => {
      instead = answer
    },
    reads: () => reads,
    connections: () => connections,
  }
  return { app, server }
}
