import type { JsonObject } from './json-object.ts'

/** What Slack sends to an app, before it is wrapped for one of the two transports. */
export type Outgoing =
  | { readonly type: 'slash_commands' | 'interactive'; readonly payload: JsonObject }
  | { readonly type: 'events_api'; readonly payload: JsonObject; readonly attempt?: number; readonly reason?: string }

/** The acknowledgement's payload (an empty object when it had none), or why the person sees a failure. */
export type Delivered =
  | { readonly ok: true; readonly ack: JsonObject }
  | { readonly ok: false; readonly error: 'operation_timeout' | 'dispatch_failed' }

/** How payloads reach the app: Socket Mode or signed HTTP requests. */
export interface Delivery {
  deliver(outgoing: Outgoing): Promise<Delivered>
  stop(): void
}
