import { Counter, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { parseCounters } from '../../../../src/adapters/kubernetes/eyes/parse-counters.ts'
import { APPLICATION_COUNTS, ISTIO_COUNTS } from '../../../../src/config/eyes-options.ts'

/** Sums, which are what the tests are about; or the fault. */
function count(page: string, openMetrics = false, wanted = APPLICATION_COUNTS) {
  const found = parseCounters(page, wanted, openMetrics)
  if ('fault' in found) return found.fault
  const sum = (counters: ReadonlyMap<string, number>) => [...counters.values()].reduce((a, b) => a + b, 0)
  return [sum(found.requests), sum(found.errors)]
}

const line = (code: string, value: string | number) => `http_requests_total{code="${code}"} ${value}\n`

describe('a metrics page', () => {
  it('is counted by code or status, and 5xx are errors', () => {
    const page = `# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{code="200",method="GET"} 1027
http_requests_total{method="POST",code="503"} 3
http_requests_total{status="500"} 4
http_requests_total{code="404"} 10
http_requests_total{handler="/"} 99
`
    expect(count(page)).toEqual([1044, 7])
  })

  it('may be empty, which is nothing counted yet', () => {
    expect(count('')).toEqual([0, 0])
    expect(count('# TYPE http_requests_total counter\n')).toEqual([0, 0])
  })

  it('counts a series with both labels once', () => {
    expect(count('http_requests_total{code="200",status="200"} 5\n')).toEqual([5, 0])
  })

  it('is read around metrics of other names, even ones that begin alike', () => {
    const page = `http_requests_total_seconds{code="500"} 7\nhttp_requests{code="500"} NaN\nxhttp_requests_total{code="500"} 8\nbroken{ 1\n${line('200', 1)}`
    expect(count(page)).toEqual([1, 0])
  })

  it('may hold blanks, escapes and numbers of every kind', () => {
    const page = `http_requests_total { code = "200" , path = "a\\"}b\\\\\\nc" , }  1.5e+02\t
http_requests_total{code="500"} +3. 1395066363000
http_requests_total{code="502"} 0x10
`
    expect(count(page)).toContain('a line that cannot be read')
    expect(count(page.replace('0x10', '.5'))).toEqual([153.5, 3.5])
  })

  it('is no worse for timestamps, exemplars and carriage returns', () => {
    expect(count(`${line('200', '5 1395066363000')}${line('500', '7 -12.5')}`)).toEqual([12, 7])
    expect(count('http_requests_total{code="200"} 17.0 1520879607.789 # {trace_id="K}O"} 0.67 1520.1\n')).toEqual([
      17, 0,
    ])
    expect(count('http_requests_total{code="500"} 17\r\n')).toEqual([17, 17])
  })

  it('counts a series that stands there twice once, whatever the order of its labels', () => {
    const page =
      'http_requests_total{code="500",a="1"} 5\nhttp_requests_total{a="1",code="500"} 9\nhttp_requests_total{code="500",a="1"} 5\n'
    expect(count(page)).toEqual([5, 5])
  })

  it.each([
    ['NaN', line('500', 'NaN')],
    ['infinity', line('200', '+Inf')],
    ['a negative counter', line('200', '-1')],
    ['no value', 'http_requests_total{code="200"}\n'],
    ['an open brace', 'http_requests_total{code="200" 5\n'],
    ['an open quote', 'http_requests_total{code="200} 5\n'],
    ['words behind the value', line('200', '5 6 7')],
    ['a value in quotes', line('200', '"5"')],
  ])('with %s cannot be counted', (_what, page) => {
    expect(count(`${line('404', 1)}${page}`)).toContain('a line that cannot be read')
  })

  it('that was cut off is not counted: half a number is another number', () => {
    expect(count('http_requests_total{code="500"} 12')).toBe('the page was cut off')
    expect(count(`${line('500', 12)}http_requests_total{co`)).toBe('the page was cut off')
  })

  it('of OpenMetrics says where it ends', () => {
    const page = `# TYPE http_requests counter\n${line('500', 12)}http_requests_created{code="500"} 1520872607.1\n`
    expect(count(page, true)).toBe('the page was cut off')
    expect(count(`${page}# EOF\n`, true)).toEqual([12, 12])
    expect(count(`${page}# EOF`, true)).toEqual([12, 12])
  })

  it('of the proxies of a mesh is counted by what reached the pod', () => {
    const page = `istio_requests_total{reporter="destination",response_code="200"} 10
istio_requests_total{reporter="destination",response_code="503"} 2
istio_requests_total{reporter="source",response_code="500"} 50
`
    expect(count(page, false, ISTIO_COUNTS)).toEqual([12, 2])
  })

  it.each([
    [Registry.PROMETHEUS_CONTENT_TYPE, false],
    [Registry.OPENMETRICS_CONTENT_TYPE, true],
  ] as const)('of a real client library is counted: %s', async (type, openMetrics) => {
    const registry = new Registry<typeof type>()
    registry.setContentType(type)
    const counter = new Counter({
      name: 'http_requests_total',
      help: 'Requests\nby "code" \\ path.',
      labelNames: ['code', 'path'],
      registers: [registry],
    })
    counter.inc({ code: '200', path: '/a"b\\c\nd' }, 41)
    counter.inc({ code: '500', path: '}' }, 1)
    expect(count(await registry.metrics(), openMetrics)).toEqual([42, 1])
  })

  it('of many thousand lines is read to its end', () => {
    const many = Array.from({ length: 60_000 }, (_, n) => `other_metric{n="${n}"} ${n}\n`).join('')
    expect(count(`${many}${line('500', 3)}`)).toEqual([3, 3])
  })
})
