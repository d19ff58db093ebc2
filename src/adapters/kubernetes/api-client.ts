/**
 * Requests to one API server, in plain JSON. Not the typed clients of @kubernetes/client-node: their models drop every
 * field they do not know, and a pinned template or a foreign VirtualService must come back as it was.
 */
import { setMaxListeners } from 'node:events'
import { type Dispatcher, request as send } from 'undici'
import { readBody } from '../probe/read-body.ts'
import { answeredFailure, isStatus, unansweredFailure, type Verb } from './api-failure.ts'
import type { Credentials } from './credentials.ts'
import { isObject, type JsonObject } from './json.ts'
import { FIELD_MANAGER } from './names.ts'
import { pathOf, type Target } from './target.ts'

export interface Ask {
  readonly query?: Readonly<Record<string, string>>
  /** Create and update: the whole object. Patch: a JSON merge patch. */
  readonly body?: JsonObject
  /** Instead of what the API itself speaks. */
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface ApiClient {
  /** The JSON the server answered. Throws ClusterError. */
  json(verb: Verb, target: Target, ask?: Ask): Promise<JsonObject>
  /** Every object of a collection, page by page, and the resourceVersion of the list. */
  list(target: Target, ask?: Ask): Promise<{ readonly items: readonly JsonObject[]; readonly resourceVersion: string }>
  text(target: Target, ask?: Ask): Promise<string>
  /** GET of a path behind a proxy subresource: `read` gets what was answered from there. Throws ClusterError, also where `read` throws. */
  through<T>(target: Target, path: string, ask: Ask, read: (answer: Dispatcher.ResponseData) => Promise<T>): Promise<T>
  /** A watch: its lines as they come. `opened` is called when the server has agreed. Ends when the server ends it; throws ClusterError when the connection breaks. */
  lines(target: Target, ask: Ask, opened: () => void): AsyncIterable<string>
  /** GET of a path that is no resource, such as a group's discovery document; null when it is not served. */
  discover(path: string, signal?: AbortSignal): Promise<JsonObject | null>
}

const METHODS = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  patch: 'PATCH',
  update: 'PUT',
  delete: 'DELETE',
} as const satisfies Record<Verb, string>

const PAGE = '500'
/** Of an answer that refuses; behind a proxy it may be anything. */
const FAILURE_BYTES = 1024 * 1024

/** A watch is begun anew after so long, real ms: a connection that died without a word would never end by itself. */
const WATCH_RENEWAL_MS = 20_000

/** `timeoutMs`: limit of one request. `renewalMs`: how long a watch may last. */
export function apiClient(credentials: Credentials, timeoutMs: number, renewalMs = WATCH_RENEWAL_MS): ApiClient {
  const exchange = async <T>(
    verb: Verb,
    target: Target,
    ask: Ask,
    path: string,
    read: (answer: Dispatcher.ResponseData) => Promise<T>,
  ): Promise<T> => {
    let refusedLogin = false
    for (let attempt = 1; ; attempt++) {
      const limit = timeLimit(ask.signal, timeoutMs)
      try {
        const answer = await open(credentials, verb, path, ask, limit.signal, refusedLogin)
        if (answer.statusCode < 300) return await read(answer)
        const { text: body } = await readBody(answer.body, FAILURE_BYTES)
        const retryAfter = headerOf(answer, 'retry-after')
        throw answeredFailure(verb, target, { status: answer.statusCode, body, retryAfter })
      } catch (error) {
        refusedLogin = isStatus(error, 401)
        const again = attempt === 1 && !limit.signal.aborted && (refusedLogin || isStaleConnection(error))
        if (!again) throw unansweredFailure(verb, target, error, limit.why())
      } finally {
        limit.done()
      }
    }
  }
  const json = async (verb: Verb, target: Target, ask: Ask = {}) =>
    parse(await exchange(verb, target, ask, pathOf(target), wholeText), verb, target)
  return {
    json,
    text: (target, ask = {}) => exchange('get', target, ask, pathOf(target), wholeText),
    through: (target, path, ask, read) => exchange('get', target, ask, `${pathOf(target)}${path}`, read),
    list: (target, ask = {}) => listAll((query) => json('list', target, { ...ask, query: { ...ask.query, ...query } })),
    lines: (target, ask, opened) => readLines(credentials, target, ask, opened, { timeoutMs, renewalMs }),
    async discover(path, signal) {
      const target: Target = { group: '', version: 'v1', resource: path, namespace: null, name: null }
      try {
        return parse(await exchange('get', target, signal ? { signal } : {}, path, wholeText), 'get', target)
      } catch (error) {
        if (isStatus(error, 404)) return null
        throw error
      }
    },
  }
}

function wholeText({ body }: Dispatcher.ResponseData): Promise<string> {
  return body.text()
}

async function open(
  credentials: Credentials,
  verb: Verb,
  path: string,
  ask: Ask,
  signal: AbortSignal,
  anew: boolean,
): Promise<Dispatcher.ResponseData> {
  const login = await credentials.login(anew)
  const type = verb === 'patch' ? 'application/merge-patch+json' : 'application/json'
  const writes = verb === 'create' || verb === 'patch' || verb === 'update'
  const query = new URLSearchParams({ ...ask.query, ...(writes && { fieldManager: FIELD_MANAGER }) }).toString()
  return send(`${credentials.server}${path}${query === '' ? '' : `?${query}`}`, {
    method: METHODS[verb],
    dispatcher: login.dispatcher,
    signal,
    headers: {
      ...login.headers,
      accept: 'application/json',
      ...ask.headers,
      ...(ask.body && { 'content-type': type }),
    },
    ...(ask.body && { body: JSON.stringify(ask.body) }),
  })
}

/** A signal of our own per request: `AbortSignal.any` on a long-lived signal keeps memory for as long as that lives. */
function timeLimit(outer: AbortSignal | undefined, ms: number) {
  const controller = new AbortController()
  let why: string | undefined
  const stop = (reason: string) => {
    why = reason
    controller.abort(new Error(reason))
  }
  const stopped = () => stop('stopped before the API server answered')
  // A real timer on purpose: it bounds a network call, not anything of a deployment.
  const timer = setTimeout(() => stop(`no answer from the API server within ${ms} ms`), ms)
  if (outer?.aborted) stopped()
  else if (outer) {
    // A look is a dozen requests at once on one signal; Node warns of a leak from eleven listeners on.
    setMaxListeners(0, outer)
    outer.addEventListener('abort', stopped, { once: true })
  }
  return {
    signal: controller.signal,
    why: () => why,
    /** The time is no longer limited; the outer signal still counts. */
    keep: () => clearTimeout(timer),
    done() {
      clearTimeout(timer)
      outer?.removeEventListener('abort', stopped)
    },
  }
}

/** The server closed an idle connection while we wrote to it. Every write of ours may be sent twice: it carries a resourceVersion or a fixed name. */
function isStaleConnection(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
}

function parse(body: string, verb: Verb, target: Target): JsonObject {
  try {
    const value: unknown = JSON.parse(body)
    if (isObject(value)) return value
  } catch {
    // Said below, with what was asked.
  }
  throw unansweredFailure(verb, target, undefined, `the answer is not a JSON object: ${body.slice(0, 100)}`)
}

function headerOf(answer: Dispatcher.ResponseData, name: string): string | undefined {
  const value = answer.headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

async function listAll(page: (query: Record<string, string>) => Promise<JsonObject>) {
  const items: JsonObject[] = []
  let query: Record<string, string> = { limit: PAGE }
  for (;;) {
    const answer = await page(query)
    const metadata = isObject(answer.metadata) ? answer.metadata : {}
    if (Array.isArray(answer.items)) items.push(...answer.items.filter(isObject))
    const next = metadata.continue
    if (typeof next !== 'string' || next === '')
      return { items, resourceVersion: String(metadata.resourceVersion ?? '') }
    query = { limit: PAGE, continue: next }
  }
}

async function* readLines(
  credentials: Credentials,
  target: Target,
  ask: Ask,
  opened: () => void,
  limits: { readonly timeoutMs: number; readonly renewalMs: number },
): AsyncIterable<string> {
  const opening = timeLimit(ask.signal, limits.timeoutMs)
  let renewed = false
  let renewal: NodeJS.Timeout | undefined
  try {
    const answer = await open(credentials, 'watch', pathOf(target), ask, opening.signal, false)
    if (answer.statusCode >= 300) {
      throw answeredFailure('watch', target, { status: answer.statusCode, body: await answer.body.text() })
    }
    opening.keep()
    renewal = setTimeout(() => {
      renewed = true
      answer.body.destroy()
    }, limits.renewalMs)
    opened()
    let rest = ''
    for await (const chunk of answer.body.setEncoding('utf8')) {
      const parts = `${rest}${String(chunk)}`.split('\n')
      rest = parts.pop() ?? ''
      yield* parts.filter((line) => line !== '')
    }
  } catch (error) {
    if (renewed) return
    throw unansweredFailure('watch', target, error, opening.why())
  } finally {
    clearTimeout(renewal)
    opening.done()
  }
}
