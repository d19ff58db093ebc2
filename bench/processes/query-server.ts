/**
 * A metrics store whose answers are switched: every service is well until it is turned bad, and from the next answer on
 * half of the new version's requests have failed. Speaks Prometheus' query API, for the joined queries of T-Minus.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { readQuery } from '../../src/demo/metrics/query-text.ts'
import { epochMs } from '../epoch.ts'
import { serve } from './serve.ts'

export interface QueryServerApi {
  /** `thinkMs`: how long it takes for an answer. */
  start(input: { readonly thinkMs: number }): Promise<{ readonly url: string }>
  /** Resolves with the time when the first bad answer was given, ms since the epoch. */
  turnBad(input: { readonly service: string }): Promise<number>
  /** Questions answered so far. */
  answered(input: null): Promise<number>
  /** Services whose question was open when the asker vanished, since the last call. */
  abandoned(input: null): Promise<readonly string[]>
}

const bad = new Map<string, { first?: (at: number) => void }>()
let answered = 0
let abandoned: string[] = []

const LABELLED = 'tminus_row'
const WELL: Readonly<Record<string, number>> = {
  requests: 1000,
  errors: 0,
  'latency-p95': 120,
  'latency-p99': 300,
  cpu: 0.4,
  memory: 0.5,
  reach: 10_000,
}

type Series = { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }

function seriesOf(row: string, sick: boolean): readonly Series[] {
  const kind = row.split(':')[0] ?? ''
  const at = Date.now() / 1000
  const one = (value: number, labels = {}): Series => ({
    metric: { ...labels, [LABELLED]: row },
    value: [at, String(value)],
  })
  if (kind === 'buckets') return ['0.1', '1', '10', '+Inf'].map((le) => one(1, { le }))
  if (kind === 'errors' && sick) return [one(500)]
  const value = WELL[kind]
  return value === undefined ? [] : [one(value)]
}

async function answer(request: IncomingMessage, response: ServerResponse, thinkMs: number): Promise<void> {
  const asked = readQuery(await queryOf(request))
  const service = asked?.service ?? ''
  let finished = false
  response.once('close', () => {
    if (!finished) abandoned.push(service)
  })
  if (thinkMs > 0) await new Promise((resolve) => setTimeout(resolve, thinkMs))
  const sick = bad.get(service)
  const result = asked?.rows.flatMap((row) => seriesOf(row.name, sick !== undefined)) ?? []
  const body = JSON.stringify({ status: 'success', data: { resultType: 'vector', result } })
  finished = true
  answered += 1
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(body)
  if (sick?.first && asked?.slot === 'canary') {
    sick.first(epochMs())
    delete sick.first
  }
}

async function queryOf(request: IncomingMessage): Promise<string> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const named = url.searchParams.get('query')
  if (named !== null) return named
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return new URLSearchParams(text).get('query') ?? ''
}

serve<QueryServerApi>({
  start: ({ thinkMs }) =>
    new Promise((resolve) => {
      const server = createServer((request, response) => {
        answer(request, response, thinkMs).catch(() => response.destroy())
      })
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        const port = address !== null && typeof address === 'object' ? address.port : 0
        resolve({ url: `http://127.0.0.1:${port}` })
      })
    }),
  turnBad: ({ service }) => new Promise((first) => void bad.set(service, { first })),
  answered: () => Promise.resolve(answered),
  abandoned: () => {
    const names = abandoned
    abandoned = []
    return Promise.resolve(names)
  },
})
