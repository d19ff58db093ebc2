/**
 * The local Slack workspace: one HTTP server that speaks Slack's Web API and Socket Mode (or sends signed requests),
 * serves the page, and lets tests act as people.
 */
import { createServer, type Server } from 'node:http'
import { realClock } from '../../adapters/clocks.ts'
import type { Clock } from '../../ports/clock.ts'
import { newAppIdentity } from './app-identity.ts'
import { type Channel, ChannelStore } from './channel-store.ts'
import type { Delivery } from './delivery.ts'
import { FaultTable } from './fault-table.ts'
import { FileStore } from './file-store.ts'
import { Interactions } from './interactions.ts'
import { ModalSubmission } from './modal-submission.ts'
import { PageApi } from './page-api.ts'
import type { DemoPerson } from './people.ts'
import { RequestLog } from './request-log.ts'
import { requestRouter } from './request-router.ts'
import { ResponseUrls } from './response-urls.ts'
import { signedHttp } from './signed-http.ts'
import { SocketMode } from './socket-mode.ts'
import { TriggerRegistry } from './trigger-registry.ts'
import { ViewStore } from './view-store.ts'
import { WebApi } from './web-api.ts'
import type { Slack } from './web-method.ts'
import type { Workspace, WorkspaceChannel, WorkspaceOptions, WorkspaceTransport } from './workspace-interface.ts'

/** Starts the workspace; rejects when the port is taken. */
export async function startWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const server = createServer()
  const address = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1')
  const parts = assemble(options, address)
  server.on('request', parts.route)
  server.on('upgrade', (request, socket, head) => parts.socketMode.accept(request, socket, head))
  const stop = async () => {
    parts.page.stop()
    parts.transport.current.stop()
    parts.socketMode.stop()
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }
  return { ...faces(parts, address), stop }
}

type Parts = ReturnType<typeof assemble>

/** Everything behind the port, joined. */
function assemble(options: WorkspaceOptions, address: string) {
  const wall = options.wall ?? realClock()
  const app = newAppIdentity()
  const socketMode = new SocketMode({ appId: app.appId, wall })
  const slack: Slack = {
    app,
    people: new Map(options.people.map((person) => [person.id, person])),
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
  const { commands, panels, scopes, staticDir } = options
  const transport = { current: deliveryFor(options.transport, socketMode, wall) }
  const faults = new FaultTable(options.faults)
  const log = new RequestLog()
  const responseUrls = new ResponseUrls(slack)
  const interactions = new Interactions({ slack, delivery: () => transport.current, responseUrls, commands })
  const modals = new ModalSubmission(slack, interactions)
  const webApi = new WebApi({ slack, faults, log, wall, ...(scopes ? { scopes } : {}) })
  const hints = options.hints ?? []
  const page = new PageApi({ slack, interactions, modals, wall, commands, hints, ...(panels ? { panels } : {}) })
  const folder = staticDir === undefined ? {} : { staticDir }
  const route = requestRouter({ slack, webApi, responseUrls, faults, log, page, wall, ...folder })
  return { slack, wall, socketMode, transport, faults, log, interactions, modals, page, route }
}

/** The parts as the one object that tests and the demo hold. */
function faces(parts: Parts, address: string): Omit<Workspace, 'stop'> {
  const { slack, interactions, modals, faults, log, socketMode, transport } = parts
  const { app, store, views } = slack
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
    openHome: (user) => interactions.openHome(user),
    event: (event, options) => interactions.event(event, options),
    messages: (channel) => store.messages(channel),
    thread: (channel, ts) => store.thread(channel, ts),
    ephemerals: (user) => store.ephemerals(user),
    modal: (user) => views.top(user),
    home: (user) => views.home(user),
    file: (id) => slack.files.find(id)?.bytes,
    setPerson: (person) => void slack.people.set(person.id, person),
    setBotInChannel: (id, isMember) => setMembership(store, id, isMember),
    setFault: (fault) => faults.set(fault),
    clearFaults: () => faults.clear(),
    setTransport: (wanted) => {
      if (transport.current !== socketMode) transport.current.stop()
      transport.current = deliveryFor(wanted, socketMode, parts.wall)
    },
    connections: () => socketMode.connections(),
    connected: (count = 1) => socketMode.connected(count),
    refreshConnections: (reason) => socketMode.refresh(reason),
    dropConnections: () => socketMode.drop(),
    requests: () => log.all(),
    onChange: (listener) => store.onChange(listener),
    onViewChange: (listener) => views.onChange(listener),
  }
}

/** Resolves with `host:port`. */
function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') return reject(new Error('the workspace has no port'))
      resolve(`${host}:${address.port}`)
    })
  })
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
