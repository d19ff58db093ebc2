import { afterEach, describe, expect, it } from 'vitest'
import { httpProbe } from '../../../src/adapters/probe/http-probe.ts'
import { type Answer, type HttpServer, startHttpServer } from './http-server.ts'

const signal = new AbortController().signal
let server: HttpServer
afterEach(() => server.stop())

async function get(answer: Answer, options?: Parameters<typeof httpProbe>[0]) {
  server = await startHttpServer(answer)
  return httpProbe(options).get(`${server.url}/health`, signal)
}

describe('a probe', () => {
  it('brings status, time and body, and says who it is', async () => {
    const answer = await get((_, response) => void response.end('{"status":"ok"}'), { headers: { 'X-Debug': '1' } })
    expect(answer).toEqual({ kind: 'answered', status: 200, ms: expect.any(Number), body: '{"status":"ok"}' })
    expect(server.seen[0]).toMatchObject({
      method: 'GET',
      headers: { 'user-agent': expect.stringMatching(/^tminus\/\S+ debug$/), 'x-debug': '1' },
    })
  })

  it('brings a failure as an answer', async () => {
    expect(await get((_, response) => void response.writeHead(503).end('down'))).toMatchObject({
      status: 503,
      body: 'down',
    })
  })

  it('follows no redirect', async () => {
    const answer = await get((_, response) => void response.writeHead(302, { location: '/login' }).end())
    expect(answer).toMatchObject({ kind: 'answered', status: 302 })
    expect(server.seen).toHaveLength(1)
  })

  it('reads no more than 2 kB, however long the body is', async () => {
    const answer = await get((_, response) => {
      const more = () => {
        while (response.write('x'.repeat(1024))) if (response.destroyed) return
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    expect(answer).toMatchObject({ kind: 'answered', status: 200, body: 'x'.repeat(2048) })
  })

  it('asks on a new connection each time, so that a load balancer may choose anew', async () => {
    server = await startHttpServer((_, response) => void response.end('ok'))
    const probe = httpProbe()
    await probe.get(server.url, signal)
    await probe.get(server.url, signal)
    expect(server.seen.map(({ connection }) => connection)).toEqual([1, 2])
  })

  it('is silent when nobody answers in time', async () => {
    expect(await get(() => undefined, { timeoutMs: 30 })).toEqual({ kind: 'silent', why: 'no answer within 30 ms' })
  })

  it('is silent when nobody listens, the host is unknown, or the connection breaks', async () => {
    server = await startHttpServer((_, response) => void response.socket?.destroy())
    expect(await httpProbe().get(server.url, signal)).toEqual({
      kind: 'silent',
      why: 'the server closed the connection',
    })
    await server.stop()
    expect(await httpProbe().get(server.url, signal)).toEqual({ kind: 'silent', why: 'connection refused' })
    expect(await httpProbe().get('http://nobody.invalid/', signal)).toMatchObject({
      kind: 'silent',
      why: expect.stringContaining('host name'),
    })
  })

  it.each(['', 'ftp://example.com/', 'javascript:alert(1)', '/health'])('does not ask "%s"', async (url) => {
    server = await startHttpServer(() => undefined)
    expect(await httpProbe().get(url, signal)).toEqual({ kind: 'silent', why: `"${url}" is not an http address` })
  })

  it('says that a server does not speak TLS', async () => {
    server = await startHttpServer((_, response) => void response.end())
    const answer = await httpProbe().get(`https://${server.host}/`, signal)
    expect(answer).toEqual({ kind: 'silent', why: 'it does not speak TLS (plain HTTP?)' })
  })

  it('throws when it is aborted on the way', async () => {
    const stop = new AbortController()
    server = await startHttpServer(() => stop.abort(new Error('aborted')))
    await expect(httpProbe().get(server.url, stop.signal)).rejects.toThrow('aborted')
  })
})
