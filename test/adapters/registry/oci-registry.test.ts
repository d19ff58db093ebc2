import { afterEach, describe, expect, it } from 'vitest'
import { steppedClock } from '../../../src/adapters/clocks.ts'
import { type OciRegistryOptions, ociRegistry } from '../../../src/adapters/registry/oci-registry.ts'
import { type Answer, type HttpServer, startHttpServer } from '../probe/http-server.ts'

const DIGEST = `sha256:${'a1'.repeat(32)}`
const clock = steppedClock(1_000_000)
const signal = new AbortController().signal
let server: HttpServer
afterEach(() => server.stop())

const found: Answer = (_, response) => void response.writeHead(200, { 'docker-content-digest': DIGEST }).end()
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(code, headers).end()

function registryOf(options: Partial<OciRegistryOptions> = {}) {
  return ociRegistry({ clock, insecureHosts: [server.host], ...options })
}

async function resolve(answer: Answer, options: Partial<OciRegistryOptions> = {}, tag = 'v2.0') {
  server = await startHttpServer(answer)
  return registryOf(options).resolve(`${server.host}/shop/api`, tag, signal)
}

/** A registry that wants a token; `users` may read, or everybody when there are none. */
function tokenRegistry(user?: string): Answer {
  return (seen, response) => {
    if (seen.path.startsWith('/token')) {
      const login = seen.headers.authorization?.replace('Basic ', '')
      if (user !== undefined && Buffer.from(login ?? '', 'base64').toString() !== user)
        return void response.writeHead(401).end()
      return void response.end(JSON.stringify({ token: 't0ken', expires_in: 300 }))
    }
    if (seen.headers.authorization === 'Bearer t0ken') return found(seen, response)
    const realm = `http://${seen.headers.host}/token`
    const challenge = `Bearer realm="${realm}",service="registry.example.com",scope="repository:shop/api:pull"`
    response.writeHead(401, { 'www-authenticate': challenge }).end()
  }
}

describe('an image', () => {
  it('is found by a HEAD of its manifest that takes an index or a single manifest', async () => {
    expect(await resolve(found)).toEqual({ kind: 'found', digest: DIGEST })
    expect(server.seen).toHaveLength(1)
    expect(server.seen[0]).toMatchObject({ method: 'HEAD', path: '/v2/shop/api/manifests/v2.0' })
    const accept = server.seen[0]?.headers.accept
    for (const type of [
      'oci.image.index.v1',
      'oci.image.manifest.v1',
      'manifest.list.v2',
      'distribution.manifest.v2',
    ]) {
      expect(accept).toContain(type)
    }
  })

  it('is missing when the registry says 404, or when its tag cannot exist', async () => {
    expect(await resolve(status(404))).toEqual({ kind: 'missing' })
    expect(await registryOf().resolve(`${server.host}/shop/api`, 'v2.0/../../x', signal)).toEqual({ kind: 'missing' })
    expect(server.seen).toHaveLength(1)
  })

  it.each([
    [403, 'does not let us read shop/api: the credentials may not read it (403).'],
    [429, 'answered 429 when asked for shop/api.'],
    [500, 'answered 500 when asked for shop/api.'],
    [200, 'has shop/api but does not say its digest.'],
  ])('is unknown, not missing, when the registry answers %i', async (code, why) => {
    expect(await resolve(status(code))).toEqual({ kind: 'unknown', why: `${server.host} ${why}` })
  })

  it('is unknown when the registry is silent, gone, or not speaking TLS', async () => {
    expect(await resolve(() => undefined, { timeoutMs: 30 })).toEqual({
      kind: 'unknown',
      why: `The registry ${server.host} could not be asked: no answer within 30 ms.`,
    })
    expect(await registryOf({ insecureHosts: [] }).resolve(`${server.host}/shop/api`, 'v2.0', signal)).toEqual({
      kind: 'unknown',
      why: `The registry ${server.host} could not be asked: it does not speak TLS (plain HTTP?).`,
    })
    await server.stop()
    expect(await registryOf().resolve(`${server.host}/shop/api`, 'v2.0', signal)).toEqual({
      kind: 'unknown',
      why: `The registry ${server.host} could not be asked: connection refused.`,
    })
  })

  it('is unknown when its repository is no image name', async () => {
    server = await startHttpServer(found)
    expect(await registryOf().resolve('Shop Api', 'v2.0', signal)).toEqual({
      kind: 'unknown',
      why: '"Shop Api" is not the name of an image repository.',
    })
  })

  it('is not waited for once the deployment is aborted', async () => {
    const stop = new AbortController()
    server = await startHttpServer(() => stop.abort(new Error('aborted')))
    await expect(registryOf().resolve(`${server.host}/shop/api`, 'v2.0', stop.signal)).rejects.toThrow('aborted')
  })
})

describe('a registry that wants a token', () => {
  it('gets one for the repository, anonymously where it may', async () => {
    expect(await resolve(tokenRegistry())).toEqual({ kind: 'found', digest: DIGEST })
    const token = new URL(server.seen[1]?.path ?? '', server.url)
    expect(token.searchParams.get('service')).toBe('registry.example.com')
    expect(token.searchParams.get('scope')).toBe('repository:shop/api:pull')
    expect(server.seen[1]?.headers.authorization).toBeUndefined()
  })

  it('is given the credentials of its host, and only where it asks for the token', async () => {
    const credentials = (host: string) => (host === server.host ? { username: 'bot', password: 's3cret' } : undefined)
    expect(await resolve(tokenRegistry('bot:s3cret'), { credentials })).toEqual({ kind: 'found', digest: DIGEST })
    expect(server.seen.map(({ headers }) => headers.authorization?.split(' ')[0])).toEqual([
      undefined,
      'Basic',
      'Bearer',
    ])
  })

  it('is asked with the same token until it ends', async () => {
    server = await startHttpServer(tokenRegistry())
    const registry = registryOf()
    const ask = () => registry.resolve(`${server.host}/shop/api`, 'v2.0', signal)
    await ask()
    await ask()
    expect(server.seen.filter(({ path }) => path.startsWith('/token'))).toHaveLength(1)
    clock.advanceTo(clock.now() + 300_000)
    await ask()
    expect(server.seen.filter(({ path }) => path.startsWith('/token'))).toHaveLength(2)
  })

  it('that refuses the credentials leaves the image unknown, and no message repeats them', async () => {
    const credentials = () => ({ username: 'bot', password: 'wr0ng' })
    const answer = await resolve(tokenRegistry('bot:s3cret'), { credentials })
    expect(answer).toEqual({
      kind: 'unknown',
      why: `${server.host} gives no token for shop/api: the credentials were refused (${server.host} answered 401).`,
    })
  })

  it('that gives no token to nobody says that credentials are missing', async () => {
    expect(await resolve(tokenRegistry('bot:s3cret'))).toMatchObject({
      why: expect.stringContaining('no credentials are set'),
    })
  })

  it('is not followed to a place where the password would go unencrypted', async () => {
    const challenge = 'Bearer realm="http://tokens.invalid/token",service="x"'
    expect(await resolve(status(401, { 'www-authenticate': challenge }))).toEqual({
      kind: 'unknown',
      why: `${server.host} sends us to tokens.invalid for a token, which would go unencrypted.`,
    })
  })

  it('that still says no with a token leaves the image unknown', async () => {
    const answer = await resolve((seen, response) => {
      if (seen.headers.authorization?.startsWith('Bearer')) return void response.writeHead(403).end()
      tokenRegistry()(seen, response)
    })
    expect(answer).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('no credentials are set for it (403)'),
    })
  })

  it('that answers without a token leaves the image unknown', async () => {
    const answer = await resolve((seen, response) => {
      if (seen.path.startsWith('/token')) return void response.end('<html>')
      tokenRegistry()(seen, response)
    })
    expect(answer).toMatchObject({ kind: 'unknown', why: expect.stringContaining('answered without one') })
  })
})

describe('a registry that wants a password', () => {
  it('is given it, or the image is unknown', async () => {
    const basic: Answer = (seen, response) => {
      if (seen.headers.authorization === `Basic ${Buffer.from('bot:s3cret').toString('base64')}`)
        return found(seen, response)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
    }
    const credentials = () => ({ username: 'bot', password: 's3cret' })
    expect(await resolve(basic, { credentials })).toEqual({ kind: 'found', digest: DIGEST })
    expect(await registryOf().resolve(`${server.host}/shop/api`, 'v2.0', signal)).toEqual({
      kind: 'unknown',
      why: `${server.host} wants a login, and no credentials are set for it (401).`,
    })
  })

  it('of a kind that is not known here leaves the image unknown', async () => {
    expect(await resolve(status(401, { 'www-authenticate': 'Negotiate' }))).toMatchObject({
      why: `${server.host} wants a login of a kind that is not known here (401).`,
    })
  })
})
