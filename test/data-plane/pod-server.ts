/** One pod's process: an HTTP app on a loopback port of its own, which ends as Kubernetes asks. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Server as NetServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface PodServer {
  /** Said in every answer, by the header `x-version`. */
  readonly version: string
  /** The loopback port, once it listens. */
  readonly port: Promise<number>
  /** It was told to end, and serves on: with each answer it asks for the connection to be closed. */
  drain(): void
  /** No new connections; what is in flight is finished. */
  end(): void
  /** Gone, with whatever was in flight. */
  kill(): void
}

/** `answerMs`: how long an answer takes, real ms; 0: at once. */
export function startPodServer(version: string, answerMs: number): PodServer {
  let draining = false
  const server = createServer((_, response) => {
    const answer = () => {
      if (draining) response.setHeader('connection', 'close')
      response.setHeader('x-version', version)
      response.end('ok')
    }
    if (answerMs > 0) void sleep(answerMs).then(answer)
    else answer()
  })
  // Idle connections are the clients' to close: a server that closes one may cross a request on its way.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  return {
    version,
    port: once(server, 'listening').then(() => {
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('a TCP server without a port')
      return address.port
    }),
    drain() {
      draining = true
    },
    end() {
      draining = true
      // Not `server.close()`: Node's HTTP server closes idle connections with it.
      if (server.listening) NetServer.prototype.close.call(server)
    },
    kill() {
      if (server.listening) server.close()
      server.closeAllConnections()
    },
  }
}
