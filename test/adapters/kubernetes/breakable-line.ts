import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface BreakableLine {
  /** Address that leads to the server behind. */
  readonly url: string
  /** Connections open now. */
  open(): number
  /** Breaks every open connection abruptly, in the middle of whatever it carries. */
  cut(): void
  /** Open connections carry nothing any more, and stay open. */
  freeze(): void
  /** From now on nobody is let in (true), or everybody again (false). */
  block(blocked: boolean): void
  close(): Promise<void>
}

/** A line to a local server that can be cut. */
export async function breakableLine(to: string): Promise<BreakableLine> {
  const sockets = new Set<Socket>()
  let blocked = false
  const server = createServer((near) => {
    if (blocked) return void near.resetAndDestroy()
    const far = connect(Number(new URL(to).port), '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    open: () => sockets.size / 2,
    cut,
    freeze() {
      for (const socket of sockets) socket.unpipe().pause()
    },
    block: (now) => {
      blocked = now
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
