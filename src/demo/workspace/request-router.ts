import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../ports/clock.ts'
import type { FaultTable } from './fault-table.ts'
import { mimeType, UPLOAD_LIMIT } from './file-store.ts'
import { readBody, sendJson } from './http-body.ts'
import { isObject, parseJson } from './json-object.ts'
import type { PageApi } from './page-api.ts'
import type { RequestLog } from './request-log.ts'
import type { ResponseUrls } from './response-urls.ts'
import { sendStatic } from './static-files.ts'
import { pause, type WebApi } from './web-api.ts'
import type { Slack } from './web-method.ts'

export interface RouterOptions {
  readonly slack: Slack
  readonly webApi: WebApi
  readonly responseUrls: ResponseUrls
  readonly faults: FaultTable
  readonly log: RequestLog
  readonly page: PageApi
  /** Real time: slow answers. */
  readonly wall: Clock
  readonly staticDir?: string
}

/** Every request to the workspace's one port: the Web API, response URLs, uploads, files, the page and its API. */
export function requestRouter(options: RouterOptions): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    route(options, request, response).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy()
      const status = error instanceof RangeError ? 413 : 500
      sendJson(response, status, { ok: false, error: error instanceof Error ? error.message : 'fatal_error' })
    })
  }
}

async function route(options: RouterOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://local')
  const [, first = '', ...rest] = pathname.split('/')
  const path = rest.join('/')
  switch (first) {
    case 'api':
      return await options.webApi.handle(request, response, path, searchParams)
    case 'actions':
      return await respond(options, request, response, pathname)
    case 'upload':
      return await upload(options.slack, request, response, path)
    case 'files':
      return sendFile(options.slack, response, rest[0] ?? '')
    case 'page':
      return await options.page.handle(request, response, path, searchParams)
    default:
      if (options.staticDir === undefined) return sendJson(response, 404, { error: 'this workspace has no page' })
      return await sendStatic(response, options.staticDir, pathname)
  }
}

async function respond(
  { responseUrls, faults, log, slack, wall }: RouterOptions,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const body = parseJson((await readBody(request, 1_000_000)).toString('utf8'))
  const args = isObject(body) ? body : {}
  const fault = faults.take('response_url')
  if (fault?.kind === 'slow') await pause(wall, fault.delayMs ?? 5_000)
  if (fault?.kind === 'down') return void request.socket.destroy()
  const wanted = fault?.kind === '429' ? 429 : 500
  const outcome =
    fault === undefined || fault.kind === 'slow'
      ? responseUrls.answer(path, args)
      : { status: wanted, body: { ok: false, error: fault.kind } }
  log.add({ method: 'response_url', args, result: outcome.body, at: slack.clock.now() })
  sendJson(response, outcome.status, outcome.body)
}

/** Takes the bytes raw or as the one file of a multipart form, as Slack does. */
async function upload(slack: Slack, request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
  const body = await readBody(request, UPLOAD_LIMIT)
  const type = request.headers['content-type'] ?? ''
  const bytes = type.startsWith('multipart/') ? await firstFile(body, type) : body
  const received = bytes !== undefined && slack.files.receive(id, bytes)
  response.writeHead(received ? 200 : 404, { 'content-type': 'text/plain' })
  response.end(received ? `OK - ${bytes.byteLength}` : 'file_not_found')
}

async function firstFile(body: Buffer, contentType: string): Promise<Uint8Array | undefined> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData()
  for (const entry of form.values()) if (typeof entry !== 'string') return new Uint8Array(await entry.arrayBuffer())
  return undefined
}

/** What an app uploaded is not trusted: it is shown, never run. */
function sendFile(slack: Slack, response: ServerResponse, id: string): void {
  const file = slack.files.find(id)
  if (file?.bytes === undefined) {
    sendJson(response, 404, { ok: false, error: 'file_not_found' })
    return
  }
  response.writeHead(200, {
    'content-type': mimeType(file.name),
    'content-length': file.bytes.byteLength,
    'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    'x-content-type-options': 'nosniff',
  })
  response.end(file.bytes)
}
