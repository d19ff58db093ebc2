import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { steppedClock } from '../../../src/adapters/clocks.ts'
import { dockerLogins } from '../../../src/adapters/registry/docker-logins.ts'
import { ociRegistry } from '../../../src/adapters/registry/oci-registry.ts'
import { startHttpServer } from '../probe/http-server.ts'

let folder: string
let warnings: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tminus-docker-'))
  warnings = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (content: unknown) =>
  writeFileSync(join(folder, 'config.json'), typeof content === 'string' ? content : JSON.stringify(content))
const open = () => dockerLogins(folder, (sentence) => warnings.push(sentence))
const auth = (user: string, password: string) => ({ auth: Buffer.from(`${user}:${password}`).toString('base64') })

describe("the logins of Docker's config.json", () => {
  it.each([
    ['ghcr.io', 'ghcr.io'],
    ['https://registry.example.com', 'registry.example.com'],
    ['https://registry.example.com/v2/', 'registry.example.com'],
    ['localhost:5000', 'localhost:5000'],
    ['https://index.docker.io/v1/', 'docker.io'],
    ['docker.io', 'docker.io'],
  ])('under %s are those of %s', (name, host) => {
    write({ auths: { [name]: auth('bot', 's3:cret') } })
    expect(open()(host)).toEqual({ username: 'bot', password: 's3:cret' })
    expect(warnings).toEqual([])
  })

  it('may stand as user name and password, as in a pull secret written by hand', () => {
    write({ auths: { 'ghcr.io': { username: 'bot', password: 's3cret', email: 'bot@example.com' } } })
    expect(open()('ghcr.io')).toEqual({ username: 'bot', password: 's3cret' })
  })

  it('are nobody for a registry that is not there', () => {
    write({ auths: { 'ghcr.io': auth('bot', 's3cret') } })
    expect(open()('docker.io')).toBeUndefined()
    expect(open()('ghcr.io.example.com')).toBeUndefined()
  })

  it('are read again for every question, so that a renewed one is used', () => {
    write({ auths: { 'ghcr.io': auth('bot', 'old') } })
    const logins = open()
    write({ auths: { 'ghcr.io': auth('bot', 'new') } })
    expect(logins('ghcr.io')).toEqual({ username: 'bot', password: 'new' })
  })

  it('say once that credential helpers are not run, and for whom nothing usable is there', () => {
    write({ auths: { 'ghcr.io': {} }, credsStore: 'desktop', credHelpers: { 'ecr.example.com': 'ecr-login' } })
    const logins = open()
    expect(logins('ghcr.io')).toBeUndefined()
    expect(warnings).toEqual([
      expect.stringContaining('credential helpers are not run (credsStore desktop, ecr.example.com)'),
      expect.stringContaining('no usable login for ghcr.io'),
    ])
  })

  it.each([
    ['is not there', null, 'cannot be read (ENOENT)'],
    ['is no JSON', '{"auths": s3cret', 'is not a Docker config.json'],
    ['has another shape', { auths: { 'ghcr.io': 's3cret' } }, 'is not a Docker config.json'],
  ])('are none when the file %s, which is told without its content', (_what, content, says) => {
    if (content !== null) write(content)
    expect(open()('ghcr.io')).toBeUndefined()
    expect(warnings).toEqual([expect.stringContaining(says)])
    expect(warnings.join()).not.toContain('s3cret')
  })

  it('open a registry that lets nobody else in', async () => {
    const server = await startHttpServer((seen, response) => {
      const known = seen.headers.authorization === `Basic ${auth('bot', 's3cret').auth}`
      if (known) response.writeHead(200, { 'docker-content-digest': `sha256:${'a1'.repeat(32)}` }).end()
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
    })
    try {
      write({ auths: { [server.host]: auth('bot', 's3cret') } })
      const registry = ociRegistry({ clock: steppedClock(0), insecureHosts: [server.host], credentials: open() })
      const answer = await registry.resolve(`${server.host}/shop/api`, 'v2.0', new AbortController().signal)
      expect(answer).toMatchObject({ kind: 'found' })
    } finally {
      await server.stop()
    }
  })
})
