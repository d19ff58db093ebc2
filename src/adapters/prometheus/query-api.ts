/** Prometheus' HTTP query API: one instant query, its answer parsed, its failures told apart. */
import { Agent, request } from 'undici'
import { z } from 'zod'
import { networkFault } from '../probe/network-fault.ts'
import { readBody } from '../probe/read-body.ts'
import { withDeadline } from '../probe/with-deadline.ts'

export interface QueryApiOptions {
  /** Address of the store; a path in front of `/api/v1` is kept, a user and password in it become basic auth. */
  readonly url: string
  /** Sent with every query: `authorization` (wins over what the address carries), a tenant. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** One try, in real ms. Default 5 s. */
  readonly timeoutMs?: number
  /** Tries before the store counts as unreachable. Default 2. */
  readonly tries?: number
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** As the store wrote it: "0.25", "NaN", "+Inf"; null for a native histogram. */
  readonly value: string | null
}

export type StoreAnswer =
  | { readonly kind: 'answered'; readonly series: readonly Series[]; readonly warnings: readonly string[] }
  /** The query is at fault: its syntax, or duplicates while it ran. Asking again cannot help. */
  | { readonly kind: 'refused'; readonly why: string }
  /** A sentence that names the host and the cause. */
  | { readonly kind: 'unreachable'; readonly why: string }

export interface QueryApi {
  /** One POST (and another when the first fails on the way). Throws the signal's reason when it fires, else nothing. */
  ask(query: string, signal: AbortSignal): Promise<StoreAnswer>
}

const BODY_LIMIT = 8 * 1024 * 1024
/** Prometheus keeps idle connections for 5 min; a sample every 10 s should find the last one's connection. */
const KEEP_ALIVE_MS = 60_000

const answerShape = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]).optional(),
      }),
    ),
  }),
  warnings: z.array(z.string()).optional(),
  isPartial: z.boolean().optional(),
})
const refusalShape = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() })

/** Failed on the way: `again` when another try may help. */
interface Failure {
  readonly kind: 'failed'
  readonly why: string
  readonly again: boolean
}

export function queryApi(options: QueryApiOptions): QueryApi {
  const { timeoutMs = 5_000, tries = 2 } = options
  const target = new URL(options.url)
  const host = target.host
  const address = `${target.origin}${target.pathname.replace(/\/+$/, '')}/api/v1/query`
  const headers = { ...basicAuth(target), ...options.headers, 'content-type': 'application/x-www-form-urlencoded' }
  const dispatcher = new Agent({ keepAliveTimeout: KEEP_ALIVE_MS, connect: { timeout: timeoutMs } })

  async function tryOnce(body: string, signal: AbortSignal): Promise<StoreAnswer | Failure> {
    try {
      return await withDeadline(signal, timeoutMs, async (limited) => {
        const answer = await request(address, { dispatcher, method: 'POST', headers, body, signal: limited })
        const { text, cut } = await readBody(answer.body, BODY_LIMIT)
        if (cut) return { kind: 'failed', why: `answered more than ${BODY_LIMIT / 1024 / 1024} MB`, again: false }
        return readAnswer(answer.statusCode, text)
      })
    } catch (error) {
      signal.throwIfAborted()
      return { kind: 'failed', why: networkFault(error), again: true }
    }
  }

  return {
    async ask(query, signal) {
      // Thanos answers with less than everything unless told not to; Prometheus ignores the parameter
      const body = new URLSearchParams({ query, partial_response: 'false' }).toString()
      let why = ''
      for (let attempt = 1; attempt <= tries; attempt++) {
        const answer = await tryOnce(body, signal)
        if (answer.kind !== 'failed') return answer
        why = `Prometheus at ${host}: ${answer.why}${attempt > 1 ? ` (asked ${attempt} times)` : ''}.`
        if (!answer.again) break
      }
      return { kind: 'unreachable', why }
    },
  }
}

function readAnswer(status: number, text: string): StoreAnswer | Failure {
  const json = parseJson(text)
  const answer = answerShape.safeParse(json)
  if (status === 200 && answer.success) {
    const { data, warnings = [], isPartial = false } = answer.data
    return {
      kind: 'answered',
      series: data.result.map(({ metric, value }) => ({ labels: metric, value: value?.[1] ?? null })),
      warnings: isPartial ? [...warnings, 'the answer is partial'] : warnings,
    }
  }
  const refusal = refusalShape.safeParse(json)
  if (refusal.success && ['bad_data', 'execution'].includes(refusal.data.errorType) && status < 500) {
    return { kind: 'refused', why: refusal.data.error }
  }
  return { kind: 'failed', why: statusFault(status, refusal.data?.error), again: status >= 500 || status === 429 }
}

function statusFault(status: number, said: string | undefined): string {
  if (said !== undefined) return `answered ${status}: ${said}`
  if (status === 401 || status === 403) return `refused the credentials (${status})`
  if (status === 200) return 'answered something that is not a query result (is this the address of a Prometheus?)'
  return `answered ${status}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function basicAuth(target: URL): { authorization?: string } {
  if (target.username === '') return {}
  const pair = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}
