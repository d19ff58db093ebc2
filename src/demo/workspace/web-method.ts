import type { Clock } from '../../ports/clock.ts'
import type { AppIdentity } from './app-identity.ts'
import type { Channel, ChannelStore } from './channel-store.ts'
import type { FileStore } from './file-store.ts'
import { type JsonObject, stringField } from './json-object.ts'
import type { DemoPerson, UserGroup } from './people.ts'
import type { TriggerRegistry } from './trigger-registry.ts'
import type { ViewStore } from './view-store.ts'

/** What the methods of the Web API work on. */
export interface Slack {
  readonly app: AppIdentity
  readonly clock: Clock
  readonly store: ChannelStore
  readonly views: ViewStore
  readonly triggers: TriggerRegistry
  readonly files: FileStore
  readonly people: Map<string, DemoPerson>
  readonly groups: readonly UserGroup[]
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly origin: () => string
  /** A new address for one Socket Mode connection. */
  readonly socketUrl: () => string
}

export type MethodResult =
  | ({ readonly ok: true } & JsonObject)
  | ({ readonly ok: false; readonly error: string } & JsonObject)

export interface WebMethod {
  /** The scopes of which one is needed; none when the list is empty. */
  readonly scopes: readonly string[]
  /** Which token it takes; the bot's unless said otherwise. */
  readonly token?: 'app'
  readonly run: (slack: Slack, args: JsonObject) => MethodResult
}

export function refuse(error: string, messages?: readonly string[]): MethodResult {
  if (messages === undefined) return { ok: false, error }
  return {
    ok: false,
    error,
    errors: messages,
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  }
}

/** The channel named by the arguments, or Slack's refusal. */
export function channelOf(slack: Slack, args: JsonObject): Channel | undefined {
  const id = stringField(args, 'channel')
  return id === undefined ? undefined : slack.store.channel(id)
}
