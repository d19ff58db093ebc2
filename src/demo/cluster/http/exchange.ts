/** One request and its answer, in the few ways in which handlers use them. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parse as parseYaml } from 'yaml'
import { ApiError, badRequest } from '../store/api-error.ts'

/** What a body may weigh at most; the API server's own limit is 3 MiB. */
const MAX_BODY_BYTES = 3 * 1024 * 1024

export interface Exchange {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly accept: string
  /** The media type of the body, without parameters. */
  readonly contentType: string
  readonly userAgent: string
  readonly body: unknown
  readonly response: ServerResponse
}

/** Reads the whole request. Throws 400 on a body that cannot be read and 413 on one that is too large. */
export async function readExchange(request: IncomingMessage, response: ServerResponse): Promise<Exchange> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const contentType = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? ''
  const text = await readBody(request)
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    accept: request.headers.accept ?? '',
    contentType,
    userAgent: request.headers['user-agent'] ?? '',
    body: text === '' ? undefined : parseBody(text, contentType),
    response,
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    size += bytes.length
    if (size > MAX_BODY_BYTES)
      throw new ApiError(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseBody(text: string, contentType: string): unknown {
  if (!/(json|yaml)$/.test(contentType)) {
    const message = `the body of the request was in an unknown format (${contentType}): this server reads JSON and YAML`
    throw new ApiError(415, 'UnsupportedMediaType', message)
  }
  try {
    return contentType.endsWith('yaml') ? parseYaml(text) : JSON.parse(text)
  } catch (error) {
    throw badRequest(`error decoding the request body: ${error instanceof Error ? error.message : String(error)}`)
  }
}

export function answerJson(
  { response }: Exchange,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent) return
  response.writeHead(code, { 'content-type': 'application/json', 'cache-control': 'no-cache, private', ...headers })
  response.end(JSON.stringify(body))
}

export function answerText({ response }: Exchange, text: string): void {
  response.writeHead(200, { 'content-type': 'text/plain' })
  response.end(text)
}
