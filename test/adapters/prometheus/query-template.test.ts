import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeRegExp, fillQuery, type QueryValues } from '../../../src/adapters/prometheus/query-template.ts'

const values: QueryValues = {
  namespace: 'shop',
  workload: 'api',
  service: 'api-svc',
  version: 'v2.0',
  pods: 'api-[a-z]{5}',
  windowMs: 60_000,
}
const fill = (template: string, more: Partial<QueryValues> = {}) => fillQuery(template, { ...values, ...more })

describe('a query template', () => {
  it('gets its values, the window in whole seconds', () => {
    expect(fill('sum(rate(x{namespace="$namespace", service="$service", pod=~"$pods"}[$window]))')).toEqual({
      query: 'sum(rate(x{namespace="shop", service="api-svc", pod=~"api-[a-z]{5}"}[60s]))',
    })
    expect(fill('x[$window]', { windowMs: 90_400 })).toEqual({ query: 'x[90s]' })
    expect(fill('x[$window]', { windowMs: 10 })).toEqual({ query: 'x[1s]' })
  })

  it('takes a value literally behind = and behind =~ alike', () => {
    expect(fill('x{version="$version"}')).toEqual({ query: 'x{version="v2.0"}' })
    expect(fill('x{version=~"$version|latest"}')).toEqual({ query: 'x{version=~"v2\\\\.0|latest"}' })
    expect(fill("x{version!~ '$version'}")).toEqual({ query: "x{version!~ 'v2\\\\.0'}" })
    expect(fill('x{version=~`$version`}')).toEqual({ query: 'x{version=~`v2\\.0`}' })
  })

  it('escapes what would end the quotes or the line', () => {
    expect(fill('x{a="$version"}', { version: '"} or up{a="\\\n' })).toEqual({
      query: 'x{a="\\"} or up{a=\\"\\\\\\u000a"}',
    })
    expect(fill("x{a='$version'}", { version: "it's" })).toEqual({ query: "x{a='it\\'s'}" })
  })

  it('leaves the references of label_replace and the end of a pattern alone', () => {
    const template = 'label_replace(x{a=~"b.*$"}, "dst", "$1-$2", "src", "(.*)")'
    expect(fill(template)).toEqual({ query: template })
  })

  it('does not mistake an escaped quote for the end of a string', () => {
    expect(fill('x{a="\\"", version="$version"}')).toEqual({ query: 'x{a="\\"", version="v2.0"}' })
  })

  it('does not look at quotes in comments', () => {
    expect(fill(`x # it's "old\n{version="$version"}`)).toEqual({ query: `x # it's "old\n{version="v2.0"}` })
  })

  it.each([
    [
      'an unknown variable',
      'x{a="$nmespace"}',
      'unknown variable $nmespace (known: $namespace, $workload, $service, $version, $pods, $window)',
    ],
    ['a variable outside of quotes', 'x_$workload', '$workload stands outside of quotes'],
    ['$pods behind =', 'x{pod="$pods"}', '$pods is a regular expression and belongs behind =~'],
    ['an open quote', 'x{a="b}', 'a " is not closed'],
  ])('names %s', (_, template, fault) => {
    expect(fill(template)).toEqual({ fault })
  })

  it('names a value that cannot stand between backticks', () => {
    expect(fill('x{a=`$version`}', { version: 'a`b' })).toEqual({
      fault: 'the value of $version holds a backtick and stands between backticks',
    })
  })

  it('keeps any value inside its quotes', () => {
    const template = 'x{a="$version", b=~"$version"}'
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (version) => {
        const filled = fill(template, { version })
        if ('fault' in filled) throw new Error(filled.fault)
        const strings = [...filled.query.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)]
        expect(strings).toHaveLength(2)
        expect(filled.query.replace(/"(?:[^"\\\n]|\\.)*"/g, '""')).toBe('x{a="", b=~""}')
      }),
    )
  })

  it('escapes a regular expression so that it matches the text itself', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(new RegExp(`^(?:${escapeRegExp(text)})$`).test(text)).toBe(true)
      }),
    )
  })
})
