/** A constant load on an address: so many callers on kept connections, each asking again a moment after its answer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { Answers } from './every-answer.ts'

export interface ConstantLoad {
  /** So far. */
  answers(): Answers
  /** What comes from now on is counted afresh. */
  forget(): void
  stop(): Promise<void>
}

export interface LoadOptions {
  /** Said before each loss. */
  readonly name: string
  readonly callers: number
  /** Between an answer and the next request of the same caller, real ms. */
  readonly pauseMs: number
  /** The load ends by itself after so many requests, and after so long, real ms. */
  readonly mostRequests: number
  readonly longestMs: number
}

/** Requests on one connection before a new one is made: a client that never reconnects would meet one pod only. */
const REQUESTS_A_CONNECTION = 15

export function startLoad(url: string, options: LoadOptions): ConstantLoad {
  const pool = new Pool(url, { connections: options.callers, maxRequestsPerClient: REQUESTS_A_CONNECTION })
  const end = Date.now() + options.longestMs
  let total = 0
  let stopped = false
  let counted = { asked: 0, served: {} as Record<string, number>, lost: [] as string[] }
  const ask = async () => {
    const { served, lost } = counted
    total += 1
    counted.asked += 1
    try {
      const { statusCode, headers, body } = await pool.request({ path: '/', method: 'GET' })
      const text = await body.text()
      const version = String(headers['x-version'])
      if (statusCode === 200) served[version] = (served[version] ?? 0) + 1
      else lost.push(`${options.name}: ${statusCode} ${text}`)
    } catch (error) {
      lost.push(`${options.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const call = async () => {
    while (!stopped && total < options.mostRequests && Date.now() < end) {
      await ask()
      await sleep(options.pauseMs)
    }
  }
  const calling = Promise.all(Array.from({ length: options.callers }, call))
  return {
    answers: () => counted,
    forget() {
      counted = { asked: 0, served: {}, lost: [] }
    },
    async stop() {
      stopped = true
      await calling
      await pool.close()
    },
  }
}
