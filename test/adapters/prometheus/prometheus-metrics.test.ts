/** How the adapter asks and what it makes of every kind of answer; the PromQL itself is proven on a real engine. */
import { afterEach, describe, expect, it } from 'vitest'
import { steppedClock } from '../../../src/adapters/clocks.ts'
import { type PrometheusOptions, prometheusMetrics } from '../../../src/adapters/prometheus/prometheus-metrics.ts'
import type { Sample } from '../../../src/playbook/metrics.ts'
import { measuredService } from '../../prometheus-target/measured-service.ts'
import { type Answer, type HttpServer, startHttpServer } from '../probe/http-server.ts'
import { HEALTHY, queryOf, rows } from './row-store.ts'

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

describe('a sample', () => {
  it('is one request for all rows and both windows', async () => {
    const sample = await sampleFrom(
      rows({ ...HEALTHY, 'requests:whole': ['6000'], 'errors:whole': ['2'] }),
      {},
      120_000,
    )
    expect(server.seen).toHaveLength(1)
    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/api/v1/query' })
    expect(sample).toEqual({
      at: clock.now(),
      recent: { requests: 600, errors: 0, windowMs: 5_000 },
      whole: { requests: 6000, errors: 2, windowMs: 120_000 },
      readings: {
        'latency-p95': { value: 145 },
        'latency-p99': { value: 310 },
        cpu: { value: 0.4 },
        memory: { value: 0.5 },
      },
    })
  })

  it('asks for the pods of the slot, and says in the query log who asks', async () => {
    await sampleFrom(rows(HEALTHY))
    const query = queryOf(server.seen[0]?.body ?? '')
    expect(query.split('\n')[0]).toBe('# tminus shop/api canary v2.0')
    expect(query).toContain('pod=~"api-canary-[')
  })

  it.each([
    ['NaN', 'not a number (nothing to divide by, or an empty histogram)'],
    ['+Inf', 'infinite (+Inf: divided by zero)'],
    ['-Inf', 'infinite (-Inf: divided by zero)'],
    ['0x10', '"0x10" is not a number'],
    ['', '"" is not a number'],
    ['1e999', '"1e999" is too large'],
  ])('never takes %s for a number', async (value, absent) => {
    const { readings } = await sampleFrom(rows({ ...HEALTHY, cpu: [value] }))
    expect(readings.cpu).toEqual({ absent })
  })

  it('has no traffic when the requests are missing, whatever the errors say', async () => {
    const { recent } = await sampleFrom(rows({ ...HEALTHY, requests: [] }))
    expect(recent).toEqual({ absent: 'requests: no series' })
  })

  it('has no traffic when the errors are missing: they may be many', async () => {
    const { recent } = await sampleFrom(rows({ ...HEALTHY, errors: [] }))
    expect(recent).toEqual({ absent: 'errors: no series' })
  })

  it('does not choose among several series', async () => {
    const { recent } = await sampleFrom(rows({ ...HEALTHY, requests: ['600', '1'] }))
    expect(recent).toEqual({ absent: 'requests: 2 series where exactly one was expected' })
  })

  it('passes on the warnings of the store', async () => {
    const warnings: string[] = []
    const onWarning = (sentence: string) => void warnings.push(sentence)
    await sampleFrom(rows(HEALTHY, { warnings: ['one of 2 stores did not answer'] }), { onWarning })
    expect(warnings).toEqual([`Prometheus at ${server.host} warns: one of 2 stores did not answer`])
  })
})

describe('a query that the store refuses', () => {
  const refuse =
    (row: string, status = 400, errorType = 'bad_data'): Answer =>
    (seen, response) => {
      if (!queryOf(seen.body).includes(`"tminus_row", "${row}"`)) return rows(HEALTHY)(seen, response)
      response.writeHead(status).end(JSON.stringify({ status: 'error', errorType, error: 'parse error: no' }))
    }

  it.each([
    [400, 'bad_data'],
    [422, 'execution'],
  ])('is found by asking each row alone, and the others are read (%i %s)', async (status, errorType) => {
    const sample = await sampleFrom(refuse('cpu', status, errorType))
    expect(sample.unreachable).toBeUndefined()
    expect(sample.recent).toMatchObject({ requests: 600 })
    expect(sample.readings).toMatchObject({
      cpu: { absent: 'Prometheus refuses the query: parse error: no' },
      memory: { value: 0.5 },
    })
    expect(server.seen).toHaveLength(7)
  })

  it('is left out of the next requests, and tried again after a minute', async () => {
    server = await startHttpServer(refuse('cpu'))
    const metrics = prometheusMetrics({ url: server.url, clock })
    const ask = () =>
      metrics.sample(
        { service, slot: 'stable', version: 'v1', since: clock.now(), now: clock.now() },
        new AbortController().signal,
      )
    await ask()
    const before = server.seen.length
    expect((await ask()).readings.cpu).toEqual({ absent: 'Prometheus refuses the query: parse error: no' })
    expect(server.seen.length - before).toBe(1)
    clock.advanceTo(clock.now() + 60_000)
    await ask()
    expect(server.seen.length - before).toBe(8)
  })

  it('is not even sent when its template is faulty', async () => {
    server = await startHttpServer(rows(HEALTHY))
    const thresholds = service.thresholds.map((row) =>
      row.metric === 'disk' ? { ...row, query: 'x{a="$nobody"}' } : row,
    )
    const metrics = prometheusMetrics({ url: server.url, clock })
    const request = { service: { ...service, thresholds }, slot: 'stable', version: 'v1', since: 0, now: 0 } as const
    const { readings } = await metrics.sample(request, new AbortController().signal)
    expect(readings.disk).toEqual({
      absent: expect.stringContaining('the query cannot be used: unknown variable $nobody'),
    })
    expect(server.seen).toHaveLength(1)
    const findings = await metrics.probe(request.service, 'v1', new AbortController().signal)
    expect(findings.find(({ row }) => row === 'disk')).toMatchObject({
      series: null,
      fault: expect.stringContaining('$nobody'),
    })
  })
})

describe('pre-flight', () => {
  const probe = () => prometheusMetrics({ url: server.url, clock }).probe(service, 'v1.9', new AbortController().signal)

  it('forgives an idle latency, and names rows without series, with several, and dividing by zero', async () => {
    server = await startHttpServer(
      rows({ ...HEALTHY, requests: ['1', '2'], 'latency-p95': ['NaN'], cpu: [], memory: ['+Inf'] }),
    )
    expect((await probe()).filter(({ fault }) => fault !== null)).toEqual([
      { row: 'requests', series: 2, fault: 'The query of requests: 2 series where exactly one was expected.' },
      { row: 'cpu', series: 0, fault: 'The query of cpu: no series.' },
      { row: 'memory', series: 1, fault: 'The query of memory: infinite (+Inf: divided by zero).' },
    ])
  })

  it('says of every row that the store could not be asked', async () => {
    server = await startHttpServer((_, response) => void response.writeHead(502).end())
    const findings = await probe()
    expect(findings).toHaveLength(6)
    for (const { series, fault } of findings) {
      expect(series).toBeNull()
      expect(fault).toBe(`Prometheus at ${server.host}: answered 502 (asked 2 times).`)
    }
  })
})

describe('alerts', () => {
  it('are asked for with the selector of the service', async () => {
    server = await startHttpServer((_, response) => {
      const metric = { __name__: 'ALERTS', alertname: 'CheckoutSlow', severity: 'page' }
      response.end(
        JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric, value: [1, '1'] }] } }),
      )
    })
    const metrics = prometheusMetrics({ url: server.url, clock })
    const found = await metrics.alerts(
      { ...service, alerts: 'namespace="$namespace", severity="page"' },
      new AbortController().signal,
    )
    expect(found).toEqual([
      { name: 'CheckoutSlow', labels: { __name__: 'ALERTS', alertname: 'CheckoutSlow', severity: 'page' } },
    ])
    expect(queryOf(server.seen[0]?.body ?? '')).toBe('ALERTS{alertstate="firing",namespace="shop", severity="page"}')
  })

  it('are unknown, not absent, when the store cannot be asked or refuses the selector', async () => {
    server = await startHttpServer((seen, response) => {
      const error = JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' })
      if (queryOf(seen.body).includes('broken')) return void response.writeHead(400).end(error)
      response.writeHead(503).end()
    })
    const metrics = prometheusMetrics({ url: server.url, clock })
    const ask = (alerts: string) => metrics.alerts({ ...service, alerts }, new AbortController().signal)
    expect(await ask('a="b"')).toEqual({ unreachable: `Prometheus at ${server.host}: answered 503 (asked 2 times).` })
    expect(await ask('broken')).toEqual({ unreachable: 'Prometheus refuses the alert selector of api: parse error.' })
    expect(await ask('a="$nobody"')).toEqual({ unreachable: expect.stringContaining('unknown variable $nobody') })
  })
})
