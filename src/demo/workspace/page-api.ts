/**
 * What the page in the browser talks to: one stream of server-sent events per open page, seen through the eyes of one
 * person, and posts for what that person does. For this machine only: see `isLocalPage`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../ports/clock.ts'
import type { SlackMessage } from './channel-store.ts'
import { readBody, sendJson } from './http-body.ts'
import type { Interactions } from './interactions.ts'
import { isObject, type JsonObject, objectField, parseJson, stringField } from './json-object.ts'
import type { ModalSubmission } from './modal-submission.ts'
import type { PanelSource } from './panels.ts'
import type { Slack } from './web-method.ts'
import type { CommandHint } from './workspace-interface.ts'

/** The side panel is told at most this often, in real milliseconds. */
const PANEL_PACE_MS = 250
const BODY_LIMIT = 100_000

export interface PageApiOptions {
  readonly slack: Slack
  readonly interactions: Interactions
  readonly modals: ModalSubmission
  readonly wall: Clock
  readonly commands: readonly string[]
  readonly hints: readonly CommandHint[]
  readonly panels?: PanelSource
}

interface OpenPage {
  readonly user: string
  readonly response: ServerResponse
}

export class PageApi {
  readonly #options: PageApiOptions
  readonly #pages = new Set<OpenPage>()
  readonly #unsubscribe: readonly (() => void)[]
  #cancelPanels: (() => void) | undefined

  constructor(options: PageApiOptions) {
    this.#options = options
    const { store, views } = options.slack
    this.#unsubscribe = [
      store.onChange((change) => {
        if (change.kind === 'channel') return this.#tellAll('channel', change.channel)
        this.#tellMessage(change.kind, change.message)
      }),
      views.onChange((user) => this.#tellViews(user)),
      options.panels?.onChange(() => this.#panelsLater()) ?? (() => undefined),
    ]
  }

  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
  ): Promise<void> {
    if (!isLocalPage(request)) return sendJson(response, 403, { error: 'this page is for this machine only' })
    if (request.method === 'GET' && path === 'stream') return this.#stream(response, query.get('as') ?? '')
    if (request.method !== 'POST') return sendJson(response, 404, { error: 'nothing here' })
    const body = parseJson((await readBody(request, BODY_LIMIT)).toString('utf8'))
    if (!isObject(body)) return sendJson(response, 400, { error: 'a JSON object is needed' })
    const act = Object.hasOwn(this.#acts, path) ? this.#acts[path] : undefined
    if (!act) return sendJson(response, 404, { error: 'nothing here' })
    try {
      sendJson(response, 200, (await act(body)) ?? { ok: true })
    } catch (error) {
      sendJson(response, 400, { ok: false, error: error instanceof Error ? error.message : String(error) })
    }
  }

  stop(): void {
    for (const stop of this.#unsubscribe) stop()
    this.#cancelPanels?.()
    for (const page of this.#pages) page.response.end()
  }

  readonly #acts: Readonly<Record<string, (body: JsonObject) => Promise<unknown>>> = {
    command: async (body) => {
      const { interactions } = this.#options
      const threadTs = stringField(body, 'threadTs')
      if (threadTs !== undefined)
        return interactions.commandInThread(this.#user(body), text(body, 'channelId'), text(body, 'text'), threadTs)
      return await interactions.command(this.#user(body), text(body, 'channelId'), text(body, 'text'))
    },
    say: async (body) => {
      const threadTs = stringField(body, 'threadTs')
      return await this.#options.interactions.say(
        this.#user(body),
        text(body, 'channelId'),
        text(body, 'text'),
        threadTs,
      )
    },
    click: async (body) =>
      await this.#options.interactions.click({
        ...choice(body),
        userId: this.#user(body),
        channelId: text(body, 'channelId'),
        messageTs: text(body, 'messageTs'),
      }),
    'view/click': async (body) =>
      await this.#options.interactions.clickInView({
        ...choice(body),
        userId: this.#user(body),
        viewId: text(body, 'viewId'),
      }),
    'view/submit': async (body) =>
      await this.#options.modals.submit({
        userId: this.#user(body),
        viewId: text(body, 'viewId'),
        values: objectField(body, 'values') ?? {},
      }),
    'view/close': async (body) => await this.#options.modals.close(this.#user(body), text(body, 'viewId')),
    home: async (body) => await this.#options.interactions.openHome(this.#user(body)),
    flip: async (body) => {
      if (!this.#options.panels) throw new Error('there is no side panel')
      await this.#options.panels.flip(text(body, 'name'), body.on === true)
    },
  }

  #user(body: JsonObject): string {
    const user = text(body, 'userId')
    if (!this.#options.slack.people.has(user)) throw new Error(`no person ${user}`)
    return user
  }

  #stream(response: ServerResponse, asked: string): void {
    const { slack, commands, hints, panels } = this.#options
    const people = [...slack.people.values()]
    const user = slack.people.has(asked) ? asked : (people[0]?.id ?? '')
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const page = { user, response }
    this.#pages.add(page)
    response.on('close', () => this.#pages.delete(page))
    const { appId: _a, botToken: _b, appToken: _c, ...app } = slack.app
    send(page, 'hello', {
      as: user,
      app,
      commands,
      hints,
      people,
      channels: slack.store.channels(),
      messages: slack.store.all().filter((message) => visible(page, message)),
      ...this.#viewsOf(user),
      panels: panels?.snapshot() ?? null,
    })
  }

  #viewsOf(user: string): JsonObject {
    const { views } = this.#options.slack
    const modal = views.top(user)
    const home = views.home(user)
    return { modal: modal ? views.describe(modal) : null, home: home ? views.describe(home) : null }
  }

  #tellMessage(kind: 'message' | 'removed', message: SlackMessage): void {
    for (const page of this.#pages) if (visible(page, message)) send(page, kind, message)
  }

  #tellViews(user: string): void {
    const views = this.#viewsOf(user)
    for (const page of this.#pages) if (page.user === user) send(page, 'views', views)
  }

  #tellAll(event: string, data: unknown): void {
    for (const page of this.#pages) send(page, event, data)
  }

  #panelsLater(): void {
    const { wall, panels } = this.#options
    if (this.#cancelPanels !== undefined || this.#pages.size === 0 || !panels) return
    this.#cancelPanels = wall.schedule(wall.now() + PANEL_PACE_MS, () => {
      this.#cancelPanels = undefined
      this.#tellAll('panels', panels.snapshot())
    })
  }
}

function visible(page: OpenPage, message: SlackMessage): boolean {
  return message.onlyFor === undefined || message.onlyFor === page.user
}

function send(page: OpenPage, event: string, data: unknown): void {
  page.response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}

function text(body: JsonObject, name: string): string {
  const value = stringField(body, name)
  if (value === undefined) throw new Error(`${name} is missing`)
  return value
}

function choice(body: JsonObject) {
  const blockId = stringField(body, 'blockId')
  const value = stringField(body, 'value')
  const selection = objectField(body, 'selection')
  const values = objectField(body, 'values')
  return {
    actionId: text(body, 'actionId'),
    ...(blockId === undefined ? {} : { blockId }),
    ...(value === undefined ? {} : { value }),
    ...(selection === undefined ? {} : { selection }),
    ...(values === undefined ? {} : { values }),
  }
}

/**
 * True for a page that this server itself served to a browser on this machine. Another site's page could send requests
 * here too: its `Origin` is foreign, and a name that it made point here shows in `Host`.
 */
function isLocalPage(request: IncomingMessage): boolean {
  const remote = request.socket.remoteAddress ?? ''
  if (!/^(::ffff:)?127\.|^::1$/.test(remote)) return false
  const host = request.headers.host ?? ''
  if (!/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/.test(host)) return false
  const origin = request.headers.origin
  if (origin !== undefined && origin !== `http://${host}`) return false
  return request.method === 'GET' || (request.headers['content-type'] ?? '').startsWith('application/json')
}
