/** The Registry port over the OCI distribution API: one HEAD of a manifest, with the token a registry asks for first. */
import { Agent, type Dispatcher, request } from 'undici'
import { z } from 'zod'
import type { Clock } from '../../ports/clock.ts'
import type { ImageAnswer, Registry } from '../../ports/registry.ts'
import { networkFault } from '../probe/network-fault.ts'
import { readBody } from '../probe/read-body.ts'
import { withDeadline } from '../probe/with-deadline.ts'
import { type Challenge, parseChallenge } from './bearer-challenge.ts'
import { type ImageName, isTag, parseImageName } from './image-name.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface OciRegistryOptions {
  readonly clock: Clock
  /** Hosts (with port) that are spoken to without TLS. */
  readonly insecureHosts?: readonly string[]
  /** For a registry's host (`docker.io` for Docker Hub); undefined: ask as nobody. */
  readonly credentials?: (host: string) => Credentials | undefined
  /** One question, its token included, in real ms. Default 5 s. */
  readonly timeoutMs?: number
}

/** A tag may be an index over platforms or a manifest of one, in Docker's words or in OCI's. */
const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')
const DIGEST = /^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$/
const TOKEN_LIMIT = 64 * 1024
/** The least that a token lives when it does not say (the distribution specification). */
const TOKEN_LIFE_S = 60

const tokenShape = z.object({
  token: z.string().min(1).optional(),
  access_token: z.string().min(1).optional(),
  expires_in: z.number().positive().optional(),
})

/** A sentence for `unknown`, thrown from inside a question and caught at its edge. */
class Unknown extends Error {}

interface Token {
  readonly value: string
  readonly until: number
}

/** Throws the signal's reason when it fires; everything the registry or the wire does wrong is `unknown`. */
export function ociRegistry(options: OciRegistryOptions): Registry {
  const { clock, timeoutMs = 5_000 } = options
  const dispatcher = new Agent({ connect: { timeout: timeoutMs } })
  const tokens = new Map<string, Token>()

  async function resolve(image: ImageName, tag: string, signal: AbortSignal): Promise<ImageAnswer> {
    const scheme = options.insecureHosts?.includes(image.host) ? 'http' : 'https'
    const url = `${scheme}://${image.host}/v2/${image.name}/manifests/${tag}`
    const credentials = options.credentials?.(image.login)
    const head = (authorization: string | undefined) => headManifest(url, authorization, dispatcher, signal)
    const kept = tokens.get(tokenKey(image))
    const first = await head(kept !== undefined && kept.until > clock.now() ? `Bearer ${kept.value}` : undefined)
    if (first.statusCode !== 401) return readHead(image, first)
    const challenge = parseChallenge(headerOf(first, 'www-authenticate'))
    const second = await head(await answerChallenge(image, challenge, credentials, signal))
    return readHead(image, second, credentials === undefined)
  }

  async function answerChallenge(
    image: ImageName,
    challenge: Challenge | null,
    credentials: Credentials | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    if (challenge === null) throw new Unknown(`${image.host} wants a login of a kind that is not known here (401).`)
    if (challenge.scheme === 'basic') {
      if (credentials === undefined)
        throw new Unknown(`${image.host} wants a login, and no credentials are set for it (401).`)
      return basic(credentials)
    }
    refusePlainRealm(image, challenge.realm, options.insecureHosts ?? [])
    const token = await fetchToken(image, challenge, credentials, dispatcher, signal)
    tokens.set(tokenKey(image), { value: token.value, until: clock.now() + token.lifeMs })
    return `Bearer ${token.value}`
  }

  return {
    async resolve(repository, tag, signal) {
      signal.throwIfAborted()
      const image = parseImageName(repository)
      if (image === null) return { kind: 'unknown', why: `"${repository}" is not the name of an image repository.` }
      if (!isTag(tag) && !DIGEST.test(tag)) return { kind: 'missing' }
      try {
        return await withDeadline(signal, timeoutMs, (limited) => resolve(image, tag, limited))
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof Unknown) return { kind: 'unknown', why: error.message }
        return { kind: 'unknown', why: `The registry ${image.host} could not be asked: ${networkFault(error)}.` }
      }
    },
  }
}

async function headManifest(
  url: string,
  authorization: string | undefined,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const headers = { accept: MANIFEST_TYPES, ...(authorization === undefined ? {} : { authorization }) }
  const answer = await request(url, { dispatcher, method: 'HEAD', headers, signal })
  await answer.body.dump()
  return answer
}

function readHead({ host, name }: ImageName, answer: Dispatcher.ResponseData, anonymous = false): ImageAnswer {
  const status = answer.statusCode
  if (status === 404) return { kind: 'missing' }
  if (status === 401 || status === 403) {
    const login = anonymous ? 'no credentials are set for it' : 'the credentials may not read it'
    return { kind: 'unknown', why: `${host} does not let us read ${name}: ${login} (${status}).` }
  }
  if (status !== 200) return { kind: 'unknown', why: `${host} answered ${status} when asked for ${name}.` }
  const digest = headerOf(answer, 'docker-content-digest')
  if (digest === undefined || !DIGEST.test(digest)) {
    return { kind: 'unknown', why: `${host} has ${name} but does not say its digest.` }
  }
  return { kind: 'found', digest }
}

async function fetchToken(
  image: ImageName,
  challenge: Challenge & { scheme: 'bearer' },
  credentials: Credentials | undefined,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<{ readonly value: string; readonly lifeMs: number }> {
  const url = new URL(challenge.realm)
  if (challenge.service !== null) url.searchParams.set('service', challenge.service)
  url.searchParams.set('scope', challenge.scope ?? `repository:${image.name}:pull`)
  const headers = credentials === undefined ? {} : { authorization: basic(credentials) }
  const answer = await request(url, { dispatcher, headers, signal })
  const { text } = await readBody(answer.body, TOKEN_LIMIT)
  if (answer.statusCode !== 200) {
    const login = credentials === undefined ? 'no credentials are set' : 'the credentials were refused'
    throw new Unknown(
      `${image.host} gives no token for ${image.name}: ${login} (${url.host} answered ${answer.statusCode}).`,
    )
  }
  const token = tokenShape.safeParse(parseJson(text))
  const value = token.data?.token ?? token.data?.access_token
  if (value === undefined)
    throw new Unknown(`${image.host} gives no token for ${image.name}: ${url.host} answered without one.`)
  return { value, lifeMs: (token.data?.expires_in ?? TOKEN_LIFE_S) * 1000 }
}

/** A registry reached over TLS must not have our password sent in the clear. */
function refusePlainRealm(image: ImageName, realm: URL, insecureHosts: readonly string[]): void {
  if (realm.protocol === 'https:' || (realm.protocol === 'http:' && insecureHosts.includes(realm.host))) return
  throw new Unknown(`${image.host} sends us to ${realm.host} for a token, which would go unencrypted.`)
}

function tokenKey({ host, name }: ImageName): string {
  return `${host}/${name}`
}

function headerOf(answer: Dispatcher.ResponseData, name: string): string | undefined {
  const value = answer.headers[name]
  return Array.isArray(value) ? value[0] : value
}

function basic({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
