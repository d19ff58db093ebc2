import { describe, expect, it } from 'vitest'
import { formatFaults } from '../../src/config/fault.ts'
import { readCatalogue } from '../../src/config.ts'
import { catalogueWith, faultsOf } from './faults-of.ts'

function eyesOf(text: string) {
  const reading = readCatalogue(text, 'tminus.yml')
  if (!reading.ok) throw new Error(formatFaults(reading.faults))
  return reading.catalogue.services[0]?.eyes
}

const withDefaults = (defaults: string, more: string) => `defaults: { ${defaults} }\n${catalogueWith(more)}`

describe('eyes of its own', () => {
  it('are off where nobody speaks of them', () => {
    expect(eyesOf(catalogueWith(''))).toBeUndefined()
    expect(eyesOf(catalogueWith('eyes:'))).toBeUndefined()
  })

  it('need only a port, and count as the default traffic queries do', () => {
    const labels = (op: string, value: string) =>
      ['code', 'status'].map((label) => ({ name: 'http_requests_total', matchers: [{ label, op, value }] }))
    expect(eyesOf(catalogueWith('eyes: { port: 9090 }'))).toEqual({
      port: 9090,
      path: '/metrics',
      intervalMs: 1_000,
      via: 'auto',
      requests: labels('!=', ''),
      errors: labels('=~', '5..'),
    })
  })

  it('of a mesh ask the proxy beside the pod', () => {
    expect(eyesOf(catalogueWith('measuredBy: istio\neyes: { via: proxy }'))).toMatchObject({
      port: 15_090,
      path: '/stats/prometheus',
      via: 'proxy',
      errors: [{ name: 'istio_requests_total' }],
    })
  })

  it('may count anything', () => {
    const text = catalogueWith('eyes: { port: 1, requests: \'hits or tries{kind!="probe"}\', errors: fails_total }')
    expect(eyesOf(text)).toMatchObject({
      requests: [
        { name: 'hits', matchers: [] },
        { name: 'tries', matchers: [{ label: 'kind', op: '!=', value: 'probe' }] },
      ],
      errors: [{ name: 'fails_total' }],
    })
  })

  it('are opened by `defaults` for all, and closed or changed by a service', () => {
    const all = 'eyes: { port: 9090, interval: 2s }'
    expect(eyesOf(withDefaults(all, ''))).toMatchObject({ port: 9090, intervalMs: 2_000 })
    expect(eyesOf(withDefaults(all, 'eyes: { port: 8080 }'))).toMatchObject({ port: 8080, intervalMs: 2_000 })
    expect(eyesOf(withDefaults(all, 'eyes: { enabled: false }'))).toBeUndefined()
  })
})

describe('eyes that cannot see', () => {
  it.each([
    ['no port', 'eyes: { path: /metrics }', 'the port where each pod serves its metrics'],
    ['a port that is none', 'eyes: { port: 70000 }', 'a whole number from 1 to 65535'],
    ['a path that is none', 'eyes: { port: 1, path: metrics }', 'a path, such as /metrics'],
    ['a path with a query', 'eyes: { port: 1, path: "/m?x=1" }', 'a path, such as /metrics'],
    ['a read that comes too often', 'eyes: { port: 1, interval: 100ms }', 'from 500ms to 5s'],
    ['a way that is none', 'eyes: { port: 1, via: node }', 'one of auto, pod, proxy'],
    ['a query where a counter belongs', 'eyes: { port: 1, errors: "sum(a)" }', 'the series of a counter'],
    ['a broken pattern', 'eyes: { port: 1, errors: \'a{b=~"(("}\' }', 'the series of a counter'],
    ['a key that is almost one', 'eyes: { prot: 1, port: 1 }', 'did you mean port?'],
  ])('are refused for %s', (_what, line, allowed) => {
    const faults = faultsOf(catalogueWith(line))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain('services.api.eyes')
    expect(faults[0]).toContain(allowed)
  })
})
