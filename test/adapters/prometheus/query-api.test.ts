/** The wire to the store: what goes out, and every way in which nothing usable comes back. */
import { afterEach, describe, expect, it } from 'vitest'
import { steppedClock } from '../../../src/adapters/clocks.ts'
import { type PrometheusOptions, prometheusMetrics } from '../../../src/adapters/prometheus/prometheus-metrics.ts'
import type { Sample } from '../../../src/playbook/metrics.ts'
import { measuredService } from '../../prometheus-target/measured-service.ts'
import { type Answer, type HttpServer, startHttpServer } from '../probe/http-server.ts'
import { HEALTHY, rows } from './row-store.ts'

const clock = steppedClock(1_000_000)
const service = measuredService()
let server: HttpServer
afterEach(() => server.stop())

async function sampleFrom(answer: Answer, options: Partial<PrometheusOptions> = {}, sinceMs = 0): Promise<Sample> {
  server = await startHttpServer(answer)
  return look(options, sinceMs)
}

function look(options: Partial<PrometheusOptions> = {}, sinceMs = 0): Promise<Sample> {
  const metrics = prometheusMetrics({ url: server.url, clock, ...options })
  return metrics.sample(
    { service, slot: 'canary', version: 'v2.0', since: clock.now() - sinceMs, now: clock.now() },
    new AbortController().signal,
  )
}

describe('a store that cannot be asked', () => {
  it('is named with its host and the cause, after a second try', async () => {
    const sample = await sampleFrom((_, response) => void response.writeHead(503).end('overloaded'))
    expect(sample.unreachable).toBe(`Prometheus at ${server.host}: answered 503 (asked 2 times).`)
    expect(sample.recent).toEqual({ absent: sample.unreachable })
    expect(sample.readings).toEqual({})
    expect(server.seen).toHaveLength(2)
  })

  it('is forgiven one failure', async () => {
    const answers = [503, 200]
    const sample = await sampleFrom((seen, response) => {
      if (answers.shift() === 503) return void response.writeHead(503).end()
      rows(HEALTHY)(seen, response)
    })
    expect(sample.unreachable).toBeUndefined()
    expect(sample.recent).toMatchObject({ requests: 600 })
  })

  it('is unreachable when nothing listens', async () => {
    server = await startHttpServer(rows(HEALTHY))
    await server.stop()
    expect((await look()).unreachable).toBe(`Prometheus at ${server.host}: connection refused (asked 2 times).`)
  })

  it('is unreachable when it does not answer in time', async () => {
    const sample = await sampleFrom(() => undefined, { timeoutMs: 30 })
    expect(sample.unreachable).toBe(`Prometheus at ${server.host}: no answer within 30 ms (asked 2 times).`)
  })

  it('is unreachable when it stops in the middle of an answer', async () => {
    const sample = await sampleFrom(
      (_, response) => void response.writeHead(200, { 'content-length': 100 }).write('{"status"'),
      { timeoutMs: 30 },
    )
    expect(sample.unreachable).toContain('no answer within 30 ms')
  })

  it.each([
    ['a login page', '<html>Sign in</html>'],
    ['half an answer', '{"status":"success","data":{"resultType":"vec'],
    ['another API', '{"hello":"world"}'],
    ['a range', '{"status":"success","data":{"resultType":"matrix","result":[]}}'],
    [
      'numbers where strings belong',
      '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,2]}]}}',
    ],
  ])('is not believed when it answers with %s', async (_, body) => {
    const sample = await sampleFrom((_seen, response) => void response.end(body))
    expect(sample.unreachable).toBe(
      `Prometheus at ${server.host}: answered something that is not a query result (is this the address of a Prometheus?).`,
    )
  })

  it.each([
    [401, 'refused the credentials (401)'],
    [404, 'answered 404'],
    [302, 'answered 302'],
  ])('is not asked twice when it says %i', async (status, cause) => {
    const sample = await sampleFrom((_, response) => void response.writeHead(status, { location: '/elsewhere' }).end())
    expect(sample.unreachable).toBe(`Prometheus at ${server.host}: ${cause}.`)
    expect(server.seen).toHaveLength(1)
  })

  it('is unreachable, not at fault with its query, when the engine ran out of time', async () => {
    const body = JSON.stringify({
      status: 'error',
      errorType: 'timeout',
      error: 'query timed out in expression evaluation',
    })
    const sample = await sampleFrom((_, response) => void response.writeHead(503).end(body))
    expect(sample.unreachable).toContain('answered 503: query timed out in expression evaluation')
  })

  it('throws when the deployment is aborted while the store is silent', async () => {
    const stop = new AbortController()
    server = await startHttpServer(() => stop.abort(new Error('aborted')))
    const metrics = prometheusMetrics({ url: server.url, clock })
    const request = { service, slot: 'stable', version: 'v1.9', since: 0, now: 0 } as const
    await expect(metrics.sample(request, stop.signal)).rejects.toThrow('aborted')
    expect(server.seen).toHaveLength(1)
  })
})

describe('the connection', () => {
  it('is kept for the next sample', async () => {
    server = await startHttpServer(rows(HEALTHY))
    const metrics = prometheusMetrics({ url: server.url, clock })
    for (let each = 0; each < 10; each++) {
      await metrics.sample({ service, slot: 'stable', version: 'v1', since: 0, now: 0 }, new AbortController().signal)
    }
    // a second one when the first is not yet free again, never one per sample
    expect(new Set(server.seen.map(({ connection }) => connection)).size).toBeLessThanOrEqual(2)
  })

  it('carries the headers, a path in front of the API, and a password that no message repeats', async () => {
    server = await startHttpServer((_, response) => void response.writeHead(500).end())
    const url = `http://bot:s3cret@${server.host}/prometheus/`
    const sample = await look({ url, headers: { 'x-scope-orgid': 'shop' } })
    expect(server.seen[0]).toMatchObject({
      path: '/prometheus/api/v1/query',
      headers: { 'x-scope-orgid': 'shop', authorization: `Basic ${Buffer.from('bot:s3cret').toString('base64')}` },
    })
    expect(sample.unreachable).not.toContain('s3cret')
  })

  it('prefers the authorization it is given to the one in the address', async () => {
    server = await startHttpServer((_, response) => void response.writeHead(401).end())
    const sample = await look({ url: `http://bot:s3cret@${server.host}`, headers: { authorization: 'Bearer t0ken' } })
    expect(server.seen[0]?.headers.authorization).toBe('Bearer t0ken')
    expect(sample.unreachable).toContain('refused the credentials')
    expect(sample.unreachable).not.toContain('t0ken')
  })
})
