import { describe, expect, it } from 'vitest'
import { dryRunAccepted } from '../../src/checks/dry-run-accepted.ts'
import { makeContext, makePorts } from './fixtures.ts'

async function run(objections: readonly string[]) {
  const asked: string[] = []
  const cluster = {
    ...makePorts().cluster,
    dryRun: async (_service: unknown, image: string) => {
      asked.push(image)
      return objections
    },
  }
  return { result: await dryRunAccepted.run(makeContext({ ports: { cluster } })), asked }
}

describe('dry-run-accepted', () => {
  it('tries the image of the new version', async () => {
    const { result, asked } = await run([])
    expect(asked).toEqual(['registry.local/api:v2.0'])
    expect(result.status).toBe('holds')
  })

  it("fails with the API server's own objections", async () => {
    const { result } = await run(['admission webhook "policy" denied the request: no latest tags'])
    expect(result.status).toBe('fails')
    expect(result.sentence).toContain('no latest tags. Mend api')
  })
})
