/** A small HTTP server of the tests, on a free port of loopback. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Number of the connection it came on, from 1. */
  readonly connection: number
}

export interface HttpServer {
  readonly url: string
  readonly host: string
  readonly seen: readonly Seen[]
  stop(): Promise<void>
}

export type Answer = (request: Seen, response: ServerResponse) => void

export async function startHttpServer(answer: Answer): Promise<HttpServer> {
  const seen: Seen[] = []
  const connections = new Map<unknown, number>()
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      const connection = connections.get(request.socket) ?? 0
      const each = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body, connection }
      seen.push(each)
      answer(each, response)
    })
  })
  server.on('connection', (socket) => connections.set(socket, connections.size + 1))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const host = `127.0.0.1:${address.port}`
  return {
    url: `http://${host}`,
    host,
    seen,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
