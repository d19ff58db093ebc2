/** What the local workspace is told at the start, and what tests and the demo may do with it afterwards. */
import type { Clock } from '../../ports/clock.ts'
import type { SlackMessage, StoreChange } from './channel-store.ts'
import type { Delivered } from './delivery.ts'
import type { Fault } from './fault-table.ts'
import type { Click, EphemeralOrAck, ViewClick } from './interactions.ts'
import type { JsonObject } from './json-object.ts'
import type { Submission, SubmissionOutcome } from './modal-submission.ts'
import type { PanelSource } from './panels.ts'
import type { DemoPerson, UserGroup } from './people.ts'
import type { LoggedRequest } from './request-log.ts'
import type { DisconnectReason } from './socket-mode.ts'
import type { OpenView } from './view-store.ts'

export interface WorkspaceChannel {
  readonly id: string
  readonly name: string
  readonly botIsMember: boolean
  readonly isExtShared?: boolean
  /** Default: everybody who is not deactivated. */
  readonly members?: readonly string[]
}

/** A whole line that the page offers while somebody types a command. */
export interface CommandHint {
  readonly line: string
  readonly description: string
}

export type WorkspaceTransport =
  | { readonly kind: 'socket' }
  | { readonly kind: 'http'; readonly requestUrl: string; readonly signingSecret: string }

export interface WorkspaceOptions {
  /** Deployment time: timestamps of messages, life of a response_url. */
  readonly clock: Clock
  /** Real time: triggers, the 3 s for an acknowledgement, signatures. Default: the real clock. */
  readonly wall?: Clock
  /** Default 0: any free port. */
  readonly port?: number
  readonly host?: string
  readonly people: readonly DemoPerson[]
  readonly channels: readonly WorkspaceChannel[]
  /** With their slash: `/deploy`. */
  readonly commands: readonly string[]
  /** What the page offers after a slash; the bare commands when left out. */
  readonly hints?: readonly CommandHint[]
  readonly transport: WorkspaceTransport
  readonly groups?: readonly UserGroup[]
  /** The bot's scopes; all of them when left out. */
  readonly scopes?: readonly string[]
  /** Folder of the built page. Without it there is no page, only the APIs. */
  readonly staticDir?: string
  readonly panels?: PanelSource
  readonly faults?: readonly Fault[]
}

export interface Workspace {
  /** Where the page is. */
  readonly url: string
  /** Base of the Web API, for `clientOptions.slackApiUrl` and `installerOptions.clientOptions.slackApiUrl`. */
  readonly apiUrl: string
  readonly botToken: string
  readonly appToken: string
  readonly botUserId: string
  readonly teamId: string
  /** Types `line` (`/deploy api v2.0`) into the channel; resolves when it was acknowledged or given up. */
  command(userId: string, channelId: string, line: string): Promise<EphemeralOrAck>
  /** Says something in the channel, or in a thread of it. */
  say(userId: string, channelId: string, text: string, threadTs?: string): Promise<SlackMessage>
  click(click: Click): Promise<EphemeralOrAck>
  clickInView(click: ViewClick): Promise<EphemeralOrAck>
  submitView(submission: Submission): Promise<SubmissionOutcome>
  closeView(userId: string, viewId?: string): Promise<void>
  /** The person opens the app's Home tab: the event is sent; what was published last is `home(userId)`. */
  openHome(userId: string): Promise<Delivered>
  /** Sends an event of the Events API to the app. */
  event(event: JsonObject, options?: { readonly attempt?: number; readonly id?: string }): Promise<Delivered>
  /** The top level of the channel, oldest first: roots and broadcast replies. */
  messages(channelId: string): readonly SlackMessage[]
  /** Root and replies, oldest first. */
  thread(channelId: string, ts: string): readonly SlackMessage[]
  ephemerals(userId: string): readonly SlackMessage[]
  /** The modal that the person sees, if any. */
  modal(userId: string): OpenView | undefined
  home(userId: string): OpenView | undefined
  /** The bytes of a file that was uploaded. */
  file(id: string): Uint8Array | undefined
  /** Adds a person or replaces one: deactivated, made a guest. */
  setPerson(person: DemoPerson): void
  setBotInChannel(channelId: string, isMember: boolean): void
  /** Returns a function that takes the fault away. */
  setFault(fault: Fault): () => void
  clearFaults(): void
  /** Takes the next payloads to another transport: an HTTP app may start only after its workspace. */
  setTransport(transport: WorkspaceTransport): void
  /** Socket Mode connections that are open now. */
  connections(): number
  /** Resolves when this many Socket Mode connections are open; at once when they are. */
  connected(count?: number): Promise<void>
  refreshConnections(reason?: DisconnectReason): void
  dropConnections(): void
  /** Requests of the app, oldest first. */
  requests(): readonly LoggedRequest[]
  onChange(listener: (change: StoreChange) => void): () => void
  /** Told with the person's id when a modal or an App Home of theirs opens, changes or closes. */
  onViewChange(listener: (userId: string) => void): () => void
  stop(): Promise<void>
}
