import { createHmac } from 'node:crypto'
import { request } from 'undici'
import type { Clock } from '../../ports/clock.ts'
import type { Delivered, Delivery, Outgoing } from './delivery.ts'
import { isObject, type JsonObject, parseJson } from './json-object.ts'
import { PATIENCE_MS } from './trigger-registry.ts'

/** Slack's `v0` signature of a raw body sent at `timestamp` (seconds since the Unix epoch). */
export function signature(secret: string, timestamp: number, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`
}

export interface SignedHttpOptions {
  readonly requestUrl: string
  readonly signingSecret: string
  /** Real time: timestamps of signatures and the 3 s of patience. */
  readonly wall: Clock
}

/** Sends payloads as Slack does to a request URL. */
export function signedHttp(options: SignedHttpOptions): Delivery {
  const stopped = new AbortController()
  return {
    deliver: (outgoing) => post(options, outgoing, stopped.signal),
    stop: () => stopped.abort(),
  }
}

async function post(options: SignedHttpOptions, outgoing: Outgoing, stopped: AbortSignal): Promise<Delivered> {
  const { wall, requestUrl, signingSecret } = options
  const { body, contentType } = encode(outgoing)
  const timestamp = Math.floor(wall.now() / 1000)
  const late = new AbortController()
  const cancel = wall.schedule(wall.now() + PATIENCE_MS, () => late.abort())
  try {
    const response = await request(requestUrl, {
      method: 'POST',
      body,
      signal: AbortSignal.any([late.signal, stopped]),
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': String(timestamp),
        'x-slack-signature': signature(signingSecret, timestamp, body),
        ...(outgoing.type === 'events_api' && outgoing.attempt
          ? { 'x-slack-retry-num': String(outgoing.attempt), 'x-slack-retry-reason': outgoing.reason ?? 'http_timeout' }
          : {}),
      },
    })
    const text = await response.body.text()
    return response.statusCode === 200 ? { ok: true, ack: parseAck(text) } : { ok: false, error: 'dispatch_failed' }
  } catch {
    return { ok: false, error: late.signal.aborted ? 'operation_timeout' : 'dispatch_failed' }
  } finally {
    cancel()
  }
}

function encode(outgoing: Outgoing): { readonly body: string; readonly contentType: string } {
  if (outgoing.type === 'events_api') return { body: JSON.stringify(outgoing.payload), contentType: 'application/json' }
  const form = new URLSearchParams(
    outgoing.type === 'interactive'
      ? { payload: JSON.stringify(outgoing.payload) }
      : Object.fromEntries(Object.entries(outgoing.payload).map(([key, value]) => [key, String(value)])),
  )
  return { body: form.toString(), contentType: 'application/x-www-form-urlencoded' }
}

function parseAck(text: string): JsonObject {
  if (text === '') return {}
  const parsed = parseJson(text)
  return isObject(parsed) ? parsed : { text }
}
