import { describe, expect, it } from 'vitest'
import { judgeQuotas } from '../../src/checks/quota-allows.ts'
import { makeService } from '../playbook/fixtures.ts'
import { GIB, makeInspection, makeWorkload } from './fixtures.ts'

const quota = (resource: string, hard: number, used: number) => ({ name: 'team', resource, hard, used })

describe('quota-allows', () => {
  it('holds without a quota and within one', () => {
    expect(judgeQuotas(makeService(), makeInspection()).status).toBe('holds')
    const quotas = [quota('pods', 9, 3), quota('requests.cpu', 4.5, 1.5), quota('requests.memory', 9 * GIB, 3 * GIB)]
    expect(judgeQuotas(makeService(), makeInspection({ quotas })).status).toBe('holds')
  })

  it('fails with hard, used and wanted of each resource that is short', () => {
    const quotas = [quota('pods', 8, 3), quota('requests.memory', 8 * GIB, 3 * GIB)]
    const found = judgeQuotas(makeService(), makeInspection({ quotas }))
    expect(found.status).toBe('fails')
    expect(found.sentence).toContain('team allows pods 8, 3 used, 6 more wanted')
    expect(found.sentence).toContain('team allows requests.memory 8 GiB, 3 GiB used, 6 GiB more wanted')
  })

  it('counts the extra Deployments too', () => {
    const quotas = [quota('count/deployments.apps', 5, 4)]
    expect(judgeQuotas(makeService(), makeInspection({ quotas })).status).toBe('fails')
    expect(judgeQuotas(makeService({ keep: 'cold' }), makeInspection({ quotas })).status).toBe('holds')
  })

  it('warns of pods without requests under a quota that counts them', () => {
    const workload = makeWorkload({ memoryRequest: null })
    const quotas = [quota('requests.memory', 100 * GIB, 0)]
    expect(judgeQuotas(makeService(), makeInspection({ workload, quotas })).status).toBe('warns')
  })

  it('says which resources it does not reckon', () => {
    const quotas = [quota('limits.cpu', 1, 1)]
    expect(judgeQuotas(makeService(), makeInspection({ quotas })).sentence).toContain('Not reckoned: limits.cpu.')
  })
})
