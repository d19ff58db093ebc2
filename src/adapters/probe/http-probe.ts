/** The Probe port over HTTP: one GET as a health check makes it. */
import { Agent, request } from 'undici'
import type { Probe, ProbeAnswer } from '../../ports/probe.ts'
import { networkFault } from './network-fault.ts'
import { readBody } from './read-body.ts'
import { withDeadline } from './with-deadline.ts'

export interface HttpProbeOptions {
  /** One GET, body included, in real ms. Default 5 s. */
  readonly timeoutMs?: number
  /** Sent with every GET; a `user-agent` here replaces the default. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The playbook's `curl -H "User-Agent: debug"`: servers may tell our requests from people's. */
export const PROBE_USER_AGENT = 'tminus/0.1 debug'
const BODY_LIMIT = 2048

/**
 * Every connection is a new one: a kept one would go on asking the pod it once met, and a load balancer in front of
 * two versions would never be seen to divide.
 * Throws the signal's reason when it fires; everything the server or the wire does wrong is an answer.
 */
export function httpProbe(options: HttpProbeOptions = {}): Probe {
  const { timeoutMs = 5_000, headers = {} } = options
  const dispatcher = new Agent({ pipelining: 0, connect: { timeout: timeoutMs } })
  const sent = { 'user-agent': PROBE_USER_AGENT, accept: '*/*', ...lowerCased(headers) }
  return {
    async get(url, signal): Promise<ProbeAnswer> {
      signal.throwIfAborted()
      if (!isHttpAddress(url)) return { kind: 'silent', why: `"${url}" is not an http address` }
      const start = performance.now()
      try {
        return await withDeadline(signal, timeoutMs, async (limited) => {
          const answer = await request(url, { dispatcher, headers: sent, signal: limited, reset: true })
          const { text } = await readBody(answer.body, BODY_LIMIT)
          return { kind: 'answered', status: answer.statusCode, ms: Math.round(performance.now() - start), body: text }
        })
      } catch (error) {
        signal.throwIfAborted()
        return { kind: 'silent', why: networkFault(error) }
      }
    },
  }
}

function isHttpAddress(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
