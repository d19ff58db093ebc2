/** Slack's Web API over HTTP: body, token, faults, scopes, then the method. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../ports/clock.ts'
import type { Fault, FaultTable } from './fault-table.ts'
import { readBody, sendJson } from './http-body.ts'
import { isObject, type JsonObject, parseJson, stringField } from './json-object.ts'
import { CHAT_METHODS } from './methods-chat.ts'
import { CONVERSATION_METHODS } from './methods-conversations.ts'
import { FILE_METHODS } from './methods-files.ts'
import { PEOPLE_METHODS } from './methods-people.ts'
import { VIEW_METHODS } from './methods-views.ts'
import type { RequestLog } from './request-log.ts'
import { type MethodResult, refuse, type Slack, type WebMethod } from './web-method.ts'

const METHODS: Readonly<Record<string, WebMethod>> = {
  ...CHAT_METHODS,
  ...CONVERSATION_METHODS,
  ...FILE_METHODS,
  ...PEOPLE_METHODS,
  ...VIEW_METHODS,
}

const BODY_LIMIT = 5_000_000
/** Arguments that forms carry as JSON inside a string. */
const JSON_ARGS = ['blocks', 'attachments', 'metadata', 'view', 'files', 'unfurls']

export interface WebApiOptions {
  readonly slack: Slack
  readonly faults: FaultTable
  readonly log: RequestLog
  /** Real time: slow answers and nothing else. */
  readonly wall: Clock
  /** What the app was granted; every method is allowed without it. */
  readonly scopes?: readonly string[]
}

export class WebApi {
  readonly #options: WebApiOptions

  constructor(options: WebApiOptions) {
    this.#options = options
  }

  /** Answers one request to `/api/<method>`. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    method: string,
    query: URLSearchParams,
  ): Promise<void> {
    const { faults, log, wall, slack } = this.#options
    const body = await readBody(request, BODY_LIMIT)
    const args = parseArgs(body, request.headers['content-type'] ?? '', query)
    const fault = faults.take(method)
    if (fault?.kind === 'slow') await pause(wall, fault.delayMs ?? 5_000)
    const result = this.#result(method, args, bearer(request, args), fault)
    log.add({ method, args, result, at: slack.clock.now() })
    if (fault?.kind === 'down') return void request.socket.destroy()
    if (fault?.kind === '500') return sendJson(response, 500, 'Internal Server Error')
    if (fault?.kind === '429') {
      return sendJson(response, 429, result, { 'retry-after': String(fault.retryAfterS ?? 1) })
    }
    const scopes = METHODS[method]?.scopes.join(',') ?? ''
    sendJson(response, 200, result, { 'x-oauth-scopes': this.#granted().join(','), 'x-accepted-oauth-scopes': scopes })
  }

  #result(method: string, args: JsonObject, token: string | undefined, fault: Fault | undefined): MethodResult {
    if (fault !== undefined && fault.kind !== 'slow') return refuse(fault.kind === '429' ? 'ratelimited' : fault.kind)
    const found = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
    if (!found) return { ...refuse('unknown_method'), req_method: method }
    if (token === undefined) return refuse('not_authed')
    const { app } = this.#options.slack
    if (token !== app.botToken && token !== app.appToken) return refuse('invalid_auth')
    if (token !== (found.token === 'app' ? app.appToken : app.botToken)) return refuse('not_allowed_token_type')
    const granted = this.#granted()
    if (found.scopes.length > 0 && found.token !== 'app' && !found.scopes.some((scope) => granted.includes(scope)))
      return { ok: false, error: 'missing_scope', needed: found.scopes[0], provided: granted.join(',') }
    const broken = JSON_ARGS.find((name) => typeof args[name] === 'string')
    if (broken !== undefined) return refuse(broken === 'blocks' ? 'invalid_blocks_format' : 'invalid_arguments')
    return found.run(this.#options.slack, args)
  }

  #granted(): readonly string[] {
    return this.#options.scopes ?? ALL_SCOPES
  }
}

const ALL_SCOPES = [...new Set(Object.values(METHODS).flatMap((method) => method.scopes))].filter(
  (scope) => scope !== 'connections:write',
)

function bearer(request: IncomingMessage, args: JsonObject): string | undefined {
  const match = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')
  return match?.[1] ?? stringField(args, 'token')
}

function parseArgs(body: Buffer, contentType: string, query: URLSearchParams): JsonObject {
  const text = body.toString('utf8')
  if (contentType.startsWith('application/json')) {
    const parsed = parseJson(text)
    return isObject(parsed) ? { ...Object.fromEntries(query), ...unpacked(parsed) } : Object.fromEntries(query)
  }
  return unpacked({ ...Object.fromEntries(query), ...Object.fromEntries(new URLSearchParams(text)) })
}

/** JSON inside strings, parsed; a string that is not JSON stays one, and the method is refused for it. */
function unpacked(args: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...args }
  for (const name of JSON_ARGS) {
    const value = result[name]
    if (typeof value === 'string') result[name] = parseJson(value) ?? value
  }
  return result
}

export function pause(wall: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void wall.schedule(wall.now() + ms, resolve))
}
