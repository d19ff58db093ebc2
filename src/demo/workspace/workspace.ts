/**
 * The local Slack workspace: one HTTP server that speaks Slack's Web API and Socket Mode (or sends signed requests),
 * serves the page, and lets tests act as people.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { realClock } from '../../adapters/clocks.ts'
import type { Clock } from '../../ports/clock.ts'
import { newAppIdentity } from './app-identity.ts'
import { type Channel, ChannelStore, type SlackMessage, type StoreChange } from './channel-store.ts'
import type { Delivered, Delivery } from './delivery.ts'
import { type Fault, FaultTable } from './fault-table.ts'
import { FileStore } from './file-store.ts'
import { type Click, type EphemeralOrAck, Interactions, type ViewClick } from './interactions.ts'
import type { JsonObject } from './json-object.ts'
import { ModalSubmission, type Submission, type SubmissionOutcome } from './modal-submission.ts'
import { PageApi } from './page-api.ts'
import type { PanelSource } from './panels.ts'
import type { DemoPerson, UserGroup } from './people.ts'
import { type LoggedRequest, RequestLog } from './request-log.ts'
import { requestRouter } from './request-router.ts'
import { ResponseUrls } from './response-urls.ts'
import { signedHttp } from './signed-http.ts'
import { type DisconnectReason, SocketMode } from './socket-mode.ts'
import { TriggerRegistry } from './trigger-registry.ts'
import { type OpenView, ViewStore } from './view-store.ts'
import { WebApi } from './web-api.ts'
import type { Slack } from './web-method.ts'

export interface WorkspaceChannel {
  readonly id: string
  readonly name: string
  readonly botIsMember: boolean
  readonly isExtShared?: boolean
  /** Default: everybody who is not deactivated. */
  readonly members?: readonly string[]
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
  refreshConnections(reason?: DisconnectReason): void
  dropConnections(): void
  /** Requests of the app, oldest first. */
  requests(): readonly LoggedRequest[]
  onChange(listener: (change: StoreChange) => void): () => void
  stop(): Promise<void>
}

/** Starts the workspace; rejects when the port is taken. */
export async function startWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const wall = options.wall ?? realClock()
  const host = options.host ?? '127.0.0.1'
  const app = newAppIdentity()
  const people = new Map(options.people.map((person) => [person.id, person]))
  const socketMode = new SocketMode({ appId: app.appId, wall })
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, host, resolve)
  })
  const address = `${host}:${portOf(server.address())}`
  const slack: Slack = {
    app,
    people,
    clock: options.clock,
    store: new ChannelStore(
      options.clock,
      options.channels.map((channel) => fullChannel(channel, options.people)),
    ),
    views: new ViewStore(app),
    triggers: new TriggerRegistry(wall),
    files: new FileStore(),
    groups: options.groups ?? [],
    origin: () => `http://${address}`,
    socketUrl: () => `ws://${address}${socketMode.newPath()}`,
  }
  const faults = new FaultTable(options.faults)
  const log = new RequestLog()
  const responseUrls = new ResponseUrls(slack)
  let delivery = deliveryFor(options.transport, socketMode, wall)
  const interactions = new Interactions({ slack, delivery: () => delivery, responseUrls, commands: options.commands })
  const modals = new ModalSubmission(slack, interactions)
  const webApi = new WebApi({ slack, faults, log, wall, ...(options.scopes ? { scopes: options.scopes } : {}) })
  const page = new PageApi({
    slack,
    interactions,
    modals,
    wall,
    commands: options.commands,
    ...(options.panels ? { panels: options.panels } : {}),
  })
  const route = requestRouter({
    slack,
    webApi,
    responseUrls,
    faults,
    log,
    page,
    ...(options.staticDir === undefined ? {} : { staticDir: options.staticDir }),
  })
  server.on('request', route)
  server.on('upgrade', (request, socket, head) => socketMode.accept(request, socket, head))

  return {
    url: `http://${address}/`,
    apiUrl: `http://${address}/api/`,
    botToken: app.botToken,
    appToken: app.appToken,
    botUserId: app.botUserId,
    teamId: app.teamId,
    command: (user, channel, line) => interactions.command(user, channel, line),
    say: (user, channel, text, threadTs) => interactions.say(user, channel, text, threadTs),
    click: (click) => interactions.click(click),
    clickInView: (click) => interactions.clickInView(click),
    submitView: (submission) => modals.submit(submission),
    closeView: (user, viewId) => modals.close(user, viewId),
    openHome: (user) => interactions.event({ type: 'app_home_opened', user, tab: 'home', channel: `D${user}` }),
    event: (event, eventOptions) => interactions.event(event, eventOptions),
    messages: (channel) => slack.store.messages(channel),
    thread: (channel, ts) => slack.store.thread(channel, ts),
    ephemerals: (user) => slack.store.ephemerals(user),
    modal: (user) => slack.views.top(user),
    home: (user) => slack.views.home(user),
    file: (id) => slack.files.find(id)?.bytes,
    setPerson: (person) => void people.set(person.id, person),
    setBotInChannel: (id, isMember) => setMembership(slack.store, id, isMember),
    setFault: (fault) => faults.set(fault),
    clearFaults: () => faults.clear(),
    setTransport: (transport) => {
      if (delivery !== socketMode) delivery.stop()
      delivery = deliveryFor(transport, socketMode, wall)
    },
    connections: () => socketMode.connections(),
    refreshConnections: (reason) => socketMode.refresh(reason),
    dropConnections: () => socketMode.drop(),
    requests: () => log.all(),
    onChange: (listener) => slack.store.onChange(listener),
    stop: async () => {
      page.stop()
      delivery.stop()
      socketMode.stop()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function deliveryFor(transport: WorkspaceTransport, socketMode: SocketMode, wall: Clock): Delivery {
  if (transport.kind === 'socket') return socketMode
  return signedHttp({ requestUrl: transport.requestUrl, signingSecret: transport.signingSecret, wall })
}

function fullChannel(channel: WorkspaceChannel, people: readonly DemoPerson[]): Channel {
  const everybody = people.filter((person) => !person.deleted).map((person) => person.id)
  return { ...channel, isExtShared: channel.isExtShared ?? false, members: channel.members ?? everybody }
}

function setMembership(store: ChannelStore, id: string, isMember: boolean): void {
  const channel = store.channel(id)
  if (!channel) throw new Error(`no channel ${id}`)
  store.setChannel({ ...channel, botIsMember: isMember })
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('the workspace has no port')
  return address.port
}
