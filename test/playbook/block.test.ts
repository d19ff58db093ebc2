import { describe, expect, it } from 'vitest'
import { type Block, blockFor, blockOf } from '../../src/playbook/block.ts'
import type { Deployment, Trigger } from '../../src/playbook/deployment.ts'
import { refuse } from '../../src/playbook/refuse.ts'
import { sampleDeployment } from '../contracts/sample-deployment.ts'

const ben = { id: 'U0BEN', name: 'Ben' }

function rolledBack(trigger: Trigger, over: Partial<Deployment['goingBack']> = {}): Deployment {
  return sampleDeployment('api', 1, {
    status: 'rolled-back',
    digest: 'sha256:aa',
    endedAt: 9,
    goingBack: { trigger, detail: 'errors 4 %', since: 1, step: 3, stepSince: 2, hadTraffic: true, ...over },
  })
}

describe('a deployment that was rolled back', () => {
  it.each(['critical', 'gate', 'crash', 'unready', 'countdown', 'rollback'] as const)(
    'blocks its image after %s',
    (trigger) => {
      expect(blockOf(rolledBack(trigger))).toEqual({
        service: 'api',
        version: 'v2.0',
        digest: 'sha256:aa',
        deployment: 'api-1',
        at: 9,
        by: null,
        why: 'errors 4 %',
      })
    },
  )
  it('blocks it after an abort by a person, and not when nobody came to approve', () => {
    expect(blockOf(rolledBack('abort', { by: ben }))?.by).toEqual(ben)
    expect(blockOf(rolledBack('abort'))).toBeNull()
  })
  it('blocks nothing without traffic, for a step that failed, or before its end', () => {
    expect(blockOf(rolledBack('critical', { hadTraffic: false }))).toBeNull()
    expect(blockOf(rolledBack('step-failed'))).toBeNull()
    expect(blockOf({ ...rolledBack('critical'), status: 'going-back' })).toBeNull()
  })
})

describe('a block', () => {
  const block: Block = {
    service: 'api',
    version: 'v2.0',
    digest: 'sha256:aa',
    deployment: 'api-1',
    at: Date.UTC(2026, 11, 1, 14, 2),
    by: ben,
    why: 'errors 4 %',
  }

  it('meets the same image under any tag, and not another image under the same tag', () => {
    expect(blockFor([block], 'v2.0', 'sha256:aa')).toBe(block)
    expect(blockFor([block], 'v2.0-retagged', 'sha256:aa')).toBe(block)
    expect(blockFor([block], 'v2.0', 'sha256:bb')).toBeUndefined()
  })
  it('goes by the version where a digest is missing', () => {
    expect(blockFor([block], 'v2.0', null)).toBe(block)
    expect(blockFor([{ ...block, digest: null }], 'v2.0', 'sha256:bb')).toBeDefined()
    expect(blockFor([block], 'v2.1', null)).toBeUndefined()
  })
  it('is refused with who, when, why and what to type', () => {
    const { what, next } = refuse.blocked('api', 'v2.0', block).refusal
    expect(what).toBe(
      'Not started: api v2.0 is blocked since api-1 was rolled back (Ben, 2026-12-01 14:02 UTC): errors 4 %.',
    )
    expect(next).toContain('`/deploy unblock api v2.0 <reason>`')
    expect(refuse.blocked('api', 'v2.0.1', block).refusal.what).toContain('v2.0.1 (the same image as v2.0) is blocked')
  })
})
