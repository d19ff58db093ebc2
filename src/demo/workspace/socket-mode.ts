/**
 * The server's end of Socket Mode: one-time addresses, hello, envelopes to any one of the connections, acknowledgements
 * within 3 s, and the disconnect that announces a refresh.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../../ports/clock.ts'
import type { Delivered, Delivery, Outgoing } from './delivery.ts'
import { isObject, type JsonObject, objectField, parseJson, stringField } from './json-object.ts'
import { PATIENCE_MS } from './trigger-registry.ts'

/** More connections than this are told to go: `too_many_websockets`. */
const CONNECTION_LIMIT = 10
/** The client gives a connection up that was not pinged for 30 s. */
const PING_MS = 10_000
/** How long a closing connection may take to say goodbye, in real milliseconds. */
const CLOSING_MS = 500
/** What Slack says a connection lives for, in seconds. */
const LIFE_S = 18_060

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets'

export interface SocketModeOptions {
  readonly appId: string
  /** Real time: patience and pings. */
  readonly wall: Clock
}

export class SocketMode implements Delivery {
  readonly #options: SocketModeOptions
  readonly #server = new WebSocketServer({ noServer: true })
  readonly #tickets = new Set<string>()
  readonly #waiting = new Map<string, (delivered: Delivered) => void>()
  #connections: WebSocket[] = []
  #hopes: { readonly count: number; readonly resolve: () => void }[] = []
  #turn = 0
  #lastTicket = 0
  #lastEnvelope = 0
  #cancelPing: () => void

  constructor(options: SocketModeOptions) {
    this.#options = options
    this.#cancelPing = this.#pingLater()
  }

  /** Path and query of a new connection's address, good once. */
  newPath(): string {
    const ticket = `ticket-${++this.#lastTicket}`
    this.#tickets.add(ticket)
    return `/link/?ticket=${ticket}&app_id=${this.#options.appId}`
  }

  connections(): number {
    return this.#connections.length
  }

  /** Resolves when this many connections are open. */
  connected(count: number): Promise<void> {
    if (this.#connections.length >= count) return Promise.resolve()
    return new Promise((resolve) => this.#hopes.push({ count, resolve }))
  }

  /** Takes over an upgrade request to `/link/`; a used or unknown ticket is turned away. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'http://local').searchParams.get('ticket') ?? ''
    if (!this.#tickets.delete(ticket)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return
    }
    this.#server.handleUpgrade(request, socket, head, (connection) => this.#welcome(connection, request))
  }

  deliver(outgoing: Outgoing): Promise<Delivered> {
    const open = this.#connections.filter((connection) => connection.readyState === connection.OPEN)
    const connection = open[this.#turn++ % Math.max(1, open.length)]
    if (!connection) return Promise.resolve({ ok: false, error: 'dispatch_failed' })
    const id = `envelope-${++this.#lastEnvelope}`
    const { wall } = this.#options
    return new Promise((resolve) => {
      const cancel = wall.schedule(wall.now() + PATIENCE_MS, () => finish({ ok: false, error: 'operation_timeout' }))
      const finish = (delivered: Delivered) => {
        cancel()
        this.#waiting.delete(id)
        resolve(delivered)
      }
      this.#waiting.set(id, finish)
      connection.send(JSON.stringify(envelope(id, outgoing)))
    })
  }

  /** Tells every connection to come back by a new address, as Slack does every few hours; then closes it. */
  refresh(reason: DisconnectReason = 'refresh_requested'): void {
    for (const connection of this.#connections) sayGoodbye(connection, reason)
    if (reason !== 'warning') for (const connection of this.#connections) connection.close(1000)
  }

  /** Cuts every connection without a word. */
  drop(): void {
    for (const connection of this.#connections) connection.terminate()
  }

  /** Says goodbye to every connection and cuts those that do not answer. */
  stop(): void {
    this.#cancelPing()
    for (const connection of this.#connections) {
      connection.close(1001)
      setTimeout(() => connection.terminate(), CLOSING_MS).unref()
    }
    for (const finish of [...this.#waiting.values()]) finish({ ok: false, error: 'dispatch_failed' })
    this.#server.close()
  }

  #welcome(connection: WebSocket, request: IncomingMessage): void {
    connection.on('close', () => {
      this.#connections = this.#connections.filter((other) => other !== connection)
    })
    connection.on('error', () => connection.terminate())
    if (this.#connections.length >= CONNECTION_LIMIT) {
      sayGoodbye(connection, 'too_many_websockets')
      connection.close(1000)
      return
    }
    this.#connections.push(connection)
    const count = this.#connections.length
    for (const hope of this.#hopes) if (hope.count <= count) hope.resolve()
    this.#hopes = this.#hopes.filter((hope) => hope.count > count)
    connection.on('message', (data) => this.#acknowledged(parseJson(String(data))))
    connection.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#connections.length,
        debug_info: { host: request.headers.host, build_number: 1, approximate_connection_time: LIFE_S },
        connection_info: { app_id: this.#options.appId },
      }),
    )
  }

  #acknowledged(message: unknown): void {
    if (!isObject(message)) return
    const finish = this.#waiting.get(stringField(message, 'envelope_id') ?? '')
    const payload = message.payload
    const ack = typeof payload === 'string' ? { text: payload } : (objectField(message, 'payload') ?? {})
    finish?.({ ok: true, ack })
  }

  #pingLater(): () => void {
    const { wall } = this.#options
    return wall.schedule(wall.now() + PING_MS, () => {
      for (const connection of this.#connections) connection.ping()
      this.#cancelPing = this.#pingLater()
    })
  }
}

function sayGoodbye(connection: WebSocket, reason: DisconnectReason): void {
  connection.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'local' } }))
}

function envelope(id: string, outgoing: Outgoing): JsonObject {
  const retry =
    outgoing.type === 'events_api' ? { retry_attempt: outgoing.attempt ?? 0, retry_reason: outgoing.reason ?? '' } : {}
  return {
    envelope_id: id,
    type: outgoing.type,
    accepts_response_payload: outgoing.type !== 'events_api',
    payload: outgoing.payload,
    ...retry,
  }
}
