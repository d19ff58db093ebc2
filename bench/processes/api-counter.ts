/**
 * Stands in front of the API server, for the bot alone, and counts what comes by: no request is made, held or changed
 * here. The first part of the path says for whom, so that several deployments can be counted side by side.
 */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { serve } from './serve.ts'

export interface ApiCounterApi {
  /** Resolves with the address under which everybody has a path of their own. */
  start(input: { readonly serverUrl: string; readonly caPath: string }): Promise<string>
  /** How often each kind of request was made so far: `GET pods`, `WATCH pods`, `PATCH services`, `DRY-RUN services`. */
  counted(input: { readonly whose: string }): Promise<Readonly<Record<string, number>>>
}

const counts = new Map<string, Map<string, number>>()

function count(whose: string, what: string): void {
  const own = counts.get(whose) ?? new Map<string, number>()
  counts.set(whose, own.set(what, (own.get(what) ?? 0) + 1))
}

const NAMESPACED = /^\/(?:api|apis\/[^/]+)\/[^/]+\/(?:namespaces\/[^/]+\/)?([^/]+)/

/** `/api/v1/namespaces/shop/pods?watch=true` is `WATCH pods`; what is no resource is called by its path. */
function kindOf(method: string, { pathname, searchParams }: URL): string {
  const resource = NAMESPACED.exec(pathname)?.[1] ?? pathname
  if (searchParams.has('watch')) return `WATCH ${resource}`
  return `${searchParams.has('dryRun') ? 'DRY-RUN' : method} ${resource}`
}

/** `/whose/api/v1/...` -> whose, and the rest. */
function apart(url: string): readonly [string, string] {
  const end = url.indexOf('/', 1)
  return [url.slice(1, end), url.slice(end)]
}

function pass(asked: IncomingMessage, response: ServerResponse, serverUrl: string, agent: Agent): void {
  const [whose, path] = apart(asked.url ?? '')
  const { method = 'GET', headers } = asked
  const url = new URL(path, serverUrl)
  count(whose, kindOf(method, url))
  const passed = request(url, { method, agent, headers: { ...headers, host: url.host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    // A watch that has nothing to tell yet is open all the same.
    response.flushHeaders()
    answer.pipe(response)
    answer.once('error', () => response.destroy())
  })
  passed.once('error', () => response.destroy())
  response.once('close', () => passed.destroy())
  asked.pipe(passed)
}

serve<ApiCounterApi>({
  start: ({ serverUrl, caPath }) =>
    new Promise((resolve) => {
      const agent = new Agent({ ca: readFileSync(caPath), keepAlive: true })
      const server = createServer((asked, response) => pass(asked, response, serverUrl, agent))
      server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
    }),
  counted: ({ whose }) => Promise.resolve(Object.fromEntries(counts.get(whose) ?? [])),
})
