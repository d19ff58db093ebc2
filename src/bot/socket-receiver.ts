/** Socket Mode that outlives Slack's bad hours. */
import { setTimeout as pause } from 'node:timers/promises'
import { type App, type Logger, type Receiver, SocketModeReceiver } from '@slack/bolt'
import type { Log } from '../ports/log.ts'

export interface SocketSettings {
  readonly appToken: string
  readonly apiUrl?: string | undefined
  /**
   * Connections of this process, 1 to 10. Slack renews each every few hours and what is pressed in the gap is lost;
   * with two, one stands while the other is renewed. Default 2.
   */
  readonly connections?: number | undefined
  /** How long a pong may take, and how long to wait before connecting again, real ms. Default 3 s. */
  readonly pingTimeoutMs?: number | undefined
}

/** Between two tries to connect again after Slack refused for good (a revoked token, say), real ms. */
const REFUSED_AGAIN_MS = 60_000

/** One call for a new connection, real ms; the longest pause between two. */
const OPEN_MS = 5_000
const LONGEST_PAUSE_MS = 15_000

/** `start` resolves when all connections stand. */
export function socketReceiver(settings: SocketSettings, logger: Logger, log: Log): Receiver {
  const receivers = Array.from({ length: settings.connections ?? 2 }, () => oneConnection(settings, logger, log))
  return {
    init: (app: App) => {
      for (const receiver of receivers) receiver.init(app)
    },
    start: () => Promise.all(receivers.map((receiver) => receiver.start())),
    stop: () => Promise.all(receivers.map((receiver) => receiver.stop())),
  }
}

/**
 * The client reconnects by itself, but a reconnect that fails for good would be an unhandled rejection, which ends the
 * process and the deployments it watches. Here only the very first connection may fail; later ones are tried for ever.
 */
function oneConnection(settings: SocketSettings, logger: Logger, log: Log): SocketModeReceiver {
  const { appToken, apiUrl } = settings
  const receiver = new SocketModeReceiver({
    appToken,
    logger,
    clientPingTimeout: settings.pingTimeoutMs ?? 3_000,
    installerOptions: {
      clientOptions: {
        ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
        timeout: OPEN_MS,
        retryConfig: { retries: 10_000, factor: 1.3, maxTimeout: LONGEST_PAUSE_MS },
      },
    },
  })
  const { client } = receiver
  const connect = client.start.bind(client)
  const stopping = new AbortController()
  let connected = false
  client.start = async () => {
    for (;;) {
      try {
        const opened = await connect()
        connected = true
        return opened
      } catch (failure) {
        if (!connected) throw failure
        if (stopping.signal.aborted) return { ok: false }
        const sentence = 'Slack refuses the connection: is SLACK_APP_TOKEN still valid? Trying again in a minute.'
        log.error({ failure }, sentence)
        await pause(REFUSED_AGAIN_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
      }
    }
  }
  const stop = receiver.stop.bind(receiver)
  receiver.stop = async () => {
    stopping.abort()
    await stop()
  }
  return receiver
}
