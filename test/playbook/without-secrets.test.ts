import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutSecrets } from '../../src/playbook/without-secrets.ts'

const KEY = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEowIBAAKCAQEA', 'x1y2', '-----END RSA PRIVATE KEY-----'].join('\n')

describe('what a program printed', () => {
  it.each([
    ['a variable', 'env DB_PASSWORD=hunter2 PORT=8080', 'env DB_PASSWORD=(hidden) PORT=8080'],
    ['a setting in quotes', 'password = "hunter 2"', 'password = "(hidden) 2"'],
    ['a field of JSON', '{"dbPassword":"hunter 2","port":5432}', '{"dbPassword":"(hidden)","port":5432}'],
    ['JSON inside of JSON', '{"msg":"{\\"apiKey\\":\\"abc\\"}"}', '{"msg":"{\\"apiKey\\":\\"(hidden)\\"}"}'],
    ['a line of YAML', '  clientSecret: abc123', '  clientSecret: (hidden)'],
    ['a header', 'Authorization: Bearer abc.def', 'Authorization: Bearer (hidden)'],
    ['a header of JSON', '{"authorization":"Basic dXNlcjpw"}', '{"authorization":"Basic (hidden)"}'],
    ['a cookie', 'Set-Cookie: sid=1; Path=/', 'Set-Cookie: (hidden)'],
    ['an address', 'postgres://shop:hunter2@db:5432/shop', 'postgres://shop:(hidden)@db:5432/shop'],
    ['a query', 'GET /me?access_token=abc&page=2', 'GET /me?access_token=(hidden)&page=2'],
    ['a signed token', 'got eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ', 'got (hidden)'],
    ['a token of Slack', 'using xoxb-1234-abcd now', 'using (hidden) now'],
    ['a key of AWS', 'AKIAABCDEFGHIJKLMNOP denied', '(hidden) denied'],
    ['a private key', `read\n${KEY}\ndone`, 'read\n(hidden)\ndone'],
    ['a private key that is cut off', KEY.slice(0, 45), '(hidden)'],
  ])('keeps no secret: %s', (_, printed, shown) => {
    expect(withoutSecrets(printed)).toBe(shown)
  })

  it.each([
    '{"time":"2026-01-15T14:00:00Z","level":"info","msg":"request","path":"/items?page=2","status":200}',
    'SyntaxError: Unexpected token < in JSON at position 0',
    'token expired: log in again, please',
    'TypeError: Cannot read properties of undefined (reading "password")',
    'connecting to postgres://db:5432/shop as shop',
    '    at async start (file:///app/dist/api.js:18:3)',
  ])('stays as it is where there is none: %s', (line) => {
    expect(withoutSecrets(line)).toBe(line)
  })

  it('is read once: what is hidden stays hidden, and nothing more goes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const once = withoutSecrets(`${text} password=${'x'.repeat(9)}`)
        expect(once).not.toContain('xxxxxxxxx')
        expect(withoutSecrets(once)).toBe(once)
      }),
    )
  })

  it('may be one word of a million letters', () => {
    const words = ['a-'.repeat(500_000), 'token'.repeat(200_000), 'token='.repeat(160_000), '://:'.repeat(250_000)]
    for (const word of words) expect(withoutSecrets(word).length).toBeGreaterThan(0)
  })
})
