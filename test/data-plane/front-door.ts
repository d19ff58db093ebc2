/**
 * The loopback address behind which a service stands, as one proxy leads to it. Nothing is tried twice: a proxy that
 * retries would hide what is looked for here.
 */
import { once } from 'node:events'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { Agent, request } from 'undici'
import type { Backend } from './backends.ts'
import type { DataPlane, TestProxy } from './data-plane.ts'

export interface FrontDoor {
  readonly url: string
  close(): Promise<void>
}

/** As kube-proxy: a connection belongs to one pod as long as it lives, whatever becomes known meanwhile. */
export async function connectionDoor(plane: DataPlane, proxy: TestProxy): Promise<FrontDoor> {
  const next = inTurn()
  const open = new Set<Socket>()
  const server = createTcpServer((client) => {
    const chosen = choose(proxy.backends(), next)
    const pod = chosen === undefined ? undefined : plane.pods.find(chosen)
    if (!pod) return void client.destroy()
    void pod.server.port.then((port) => join(client, connect(port, '127.0.0.1'), open))
  })
  const url = await listen(server)
  return {
    url,
    async close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

function join(client: Socket, upstream: Socket, open: Set<Socket>): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    open.add(from)
    from.pipe(to)
    from.on('error', () => to.destroy())
    from.on('close', () => {
      open.delete(from)
      to.destroy()
    })
  }
}

/** As Envoy or nginx: each request is led anew, over connections to the pods that are kept. */
export async function requestDoor(plane: DataPlane, proxy: TestProxy): Promise<FrontDoor> {
  const next = inTurn()
  const agent = new Agent()
  const lead = async (response: ServerResponse) => {
    const chosen = choose(proxy.backends(), next)
    if (chosen === undefined) return fail(response, 503, 'no endpoint')
    const pod = plane.pods.find(chosen)
    if (!pod) return fail(response, 502, `${chosen} is gone`)
    try {
      const answer = await request(`http://127.0.0.1:${await pod.server.port}/`, { dispatcher: agent })
      const body = await answer.body.text()
      response.writeHead(answer.statusCode, { 'x-version': String(answer.headers['x-version']) }).end(body)
    } catch (error) {
      fail(response, 502, `${chosen}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const server = createHttpServer((_, response) => void lead(response))
  server.keepAliveTimeout = 0
  const url = await listen(server)
  return {
    url,
    async close() {
      server.close()
      server.closeAllConnections()
      await agent.close()
    },
  }
}

function fail(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status).end(why)
}

/** By weight, then each of the backend's pods in its turn; undefined: nobody. */
function choose(backends: readonly Backend[], next: () => number): string | undefined {
  const total = backends.reduce((sum, { weight }) => sum + weight, 0)
  const place = Math.random() * total
  const upTo = (index: number) => backends.slice(0, index + 1).reduce((sum, { weight }) => sum + weight, 0)
  const backend = backends.find((_, index) => place < upTo(index))
  return backend?.pods[next() % Math.max(1, backend.pods.length)]
}

function inTurn(): () => number {
  let turn = 0
  return () => turn++
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a server without a port')
  return `http://127.0.0.1:${address.port}`
}
