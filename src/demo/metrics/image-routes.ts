/** An image registry that knows every repository, and in each the same tags. */
import { createHash } from 'node:crypto'

export const KNOWN_TAGS: readonly string[] = ['v1.8', 'v1.9', 'v2.0', 'v2.1']

export interface ManifestAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const MANIFEST = /^\/v2\/([a-z0-9][a-z0-9/._-]*)\/manifests\/([A-Za-z0-9_][A-Za-z0-9_.:-]*)$/
const TYPE = 'application/vnd.oci.image.index.v1+json'

/** The same repository and tag have the same digest in every run. */
export function imageDigest(repository: string, tag: string): string {
  return `sha256:${createHash('sha256').update(`${repository}:${tag}`).digest('hex')}`
}

/** Null for a path that is not the registry's. */
export function answerImage(path: string, tags: readonly string[]): ManifestAnswer | null {
  if (path === '/v2/' || path === '/v2') return { status: 200, headers: {}, body: '{}' }
  const [, repository, reference] = MANIFEST.exec(path) ?? []
  if (repository === undefined || reference === undefined) return null
  const tag = tags.find((each) => each === reference || imageDigest(repository, each) === reference)
  if (tag === undefined) {
    const body = JSON.stringify({
      errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown', detail: { Tag: reference } }],
    })
    return { status: 404, headers: { 'content-type': 'application/json' }, body }
  }
  const body = JSON.stringify({ schemaVersion: 2, mediaType: TYPE, manifests: [] })
  return {
    status: 200,
    headers: { 'content-type': TYPE, 'docker-content-digest': imageDigest(repository, tag) },
    body,
  }
}
