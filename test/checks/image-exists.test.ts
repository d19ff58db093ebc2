import { describe, expect, it } from 'vitest'
import { imageExists } from '../../src/checks/image-exists.ts'
import type { ImageAnswer } from '../../src/ports/registry.ts'
import { makeContext } from './fixtures.ts'

/** Asks a registry that gives this answer; `asked` is what it was asked for. */
async function ask(answer: ImageAnswer) {
  let asked = ''
  const registry = {
    resolve: async (repository: string, tag: string) => {
      asked = `${repository}:${tag}`
      return answer
    },
  }
  return { result: await imageExists.run(makeContext({ ports: { registry } })), asked }
}

describe('image-exists', () => {
  it('pins the digest of the version that was asked for', async () => {
    const { result, asked } = await ask({ kind: 'found', digest: 'sha256:0123456789abcdef' })
    expect(asked).toBe('registry.local/api:v2.0')
    expect(result).toMatchObject({ status: 'holds', facts: { digest: 'sha256:0123456789abcdef' } })
  })

  it('fails for a tag that is not there, with tag and repository', async () => {
    const { result } = await ask({ kind: 'missing' })
    expect(result).toEqual({
      status: 'fails',
      sentence:
        'The registry has no tag v2.0 in registry.local/api. Push registry.local/api:v2.0, or check the spelling of the version.',
    })
  })

  it('goes on unpinned where the registry cannot be asked, and says so', async () => {
    const { result } = await ask({ kind: 'unknown', why: 'registry.local wants a login (401)' })
    expect(result.status).toBe('unknown')
    expect(result.sentence).toContain('its digest is not pinned: registry.local wants a login (401).')
    expect(result.facts).toBeUndefined()
  })
})
