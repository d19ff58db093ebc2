import { describe, expect, it } from 'vitest'
import { reallyByPods } from '../../src/playbook/pod-share.ts'
import { askIfApproval } from '../../src/playbook/record/change.ts'
import { makeService, newDeployment, PIN } from './fixtures.ts'

const byPods = newDeployment(makeService({ router: { kind: 'replicas' } }))

describe('whoever agrees to a share', () => {
  it('is told what pods make of it', () => {
    expect(reallyByPods({ ...byPods, fromPods: 4 }, 5)).toBe(' (really 20 %: 1 pod of 5)')
    expect(reallyByPods({ ...byPods, fromPods: 4 }, 40)).toBe(' (really 42.9 %: 3 pods of 7)')
    const asked = askIfApproval({ ...byPods, fromPods: 4 }, 'approve-5')
    expect(asked[0]?.text).toContain('5 % of api traffic to v2.0 (really 20 %: 1 pod of 5)')
  })
  it('goes by the pods that were pinned, once they are', () => {
    expect(reallyByPods({ ...byPods, fromPods: 4, pin: PIN }, 5)).toBe(' (really 25 %: 1 pod of 4)')
  })
  it('is told the share of the first pod that is replaced', () => {
    const rolling = newDeployment(makeService({ router: { kind: 'replicas' } }), undefined, 'rolling')
    const asked = (fromPods: number) => askIfApproval({ ...rolling, fromPods }, 'approve-first')[0]?.text
    expect(asked(4)).toContain('the first pod of api on v2.0 (20 % of the traffic)')
    expect(asked(1)).toContain('the first pod of api on v2.0 (50 % of the traffic)')
  })
  it('is told nothing where the plan can be had, behind a mesh, and before the pods were counted', () => {
    expect(reallyByPods({ ...byPods, fromPods: 4 }, 50)).toBe('')
    expect(reallyByPods({ ...byPods, fromPods: 4 }, 100)).toBe('')
    expect(reallyByPods({ ...newDeployment(), fromPods: 4 }, 5)).toBe('')
    expect(reallyByPods(byPods, 5)).toBe('')
  })
})
