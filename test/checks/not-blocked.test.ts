import { describe, expect, it } from 'vitest'
import { notBlocked } from '../../src/checks/not-blocked.ts'
import { T0 } from '../playbook/fixtures.ts'
import { makeContext } from './fixtures.ts'

const digest = `sha256:${'ab'.repeat(32)}`
const block = { service: 'api', version: 'v2.0', digest, deployment: 'api-1', at: T0, by: null, why: 'errors 4 %' }
const run = (blocks: readonly (typeof block)[], answer: 'found' | 'unknown' = 'found') =>
  notBlocked.run(
    makeContext({
      ports: {
        store: { blocked: async () => blocks },
        registry: {
          resolve: async () => (answer === 'found' ? { kind: 'found', digest } : { kind: 'unknown', why: 'no answer' }),
        },
      },
    }),
  )

describe('not-blocked', () => {
  it('holds where nothing is blocked, or something else', async () => {
    expect(await run([])).toMatchObject({ status: 'holds' })
    expect(await run([{ ...block, digest: 'sha256:other' }])).toMatchObject({ status: 'holds' })
  })
  it('fails for the image, with what to type', async () => {
    expect(await run([block])).toMatchObject({
      status: 'fails',
      sentence: expect.stringContaining('/deploy unblock api v2.0 <reason>') as string,
    })
    expect(await run([block], 'unknown')).toMatchObject({ status: 'fails' })
  })
})
