import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../../src/playbook/deployment.ts'
import { SECOND } from '../../../src/playbook/durations.ts'
import { ana, must, newDeployment, walkTo } from '../fixtures.ts'

function goingBack(): { deployment: Deployment; now: number } {
  const { deployment, now } = walkTo(newDeployment(), 'watch-25')
  return { deployment: must(deployment, { type: 'abort-asked', by: ana, reason: null }, now).deployment, now }
}

const late = (deployment: Deployment, now: number, why: string, expected?: true) =>
  must(
    deployment,
    {
      type: 'way-back-late',
      index: deployment.goingBack?.step ?? 0,
      why,
      retryAt: now + SECOND,
      ...(expected && { expected }),
    },
    now,
  )

describe('a way back that is late', () => {
  it('is told when it takes longer than it may, though the reason is the one that was expected', () => {
    const { deployment, now } = goingBack()
    const why = 'the pods of v1.9 start (none of 3 ready)'
    const waiting = late(deployment, now, why, true)
    expect(waiting.entries).toEqual([])
    expect(waiting.deployment.waitingFor).toBe(why)
    const overdue = late(waiting.deployment, now + 11 * SECOND, why)
    expect(overdue.entries.map(({ text, audience }) => `${audience}: ${text}`)).toEqual([
      `channel: All traffic back on the old version: not yet: ${why}. It is tried again until it works.`,
    ])
    expect(late(overdue.deployment, now + 12 * SECOND, why).entries).toEqual([])
    expect(late(overdue.deployment, now + 13 * SECOND, 'the API server is gone.').entries).toHaveLength(1)
  })

  it('is told of each step anew', () => {
    const { deployment, now } = goingBack()
    const told = late(deployment, now, 'the API server is gone')
    const done = { type: 'way-back-step-done', index: 0, text: 'Traffic is restored.', realShare: 0 } as const
    const next = must(told.deployment, done, now + SECOND).deployment
    expect(late(next, now + 2 * SECOND, 'the API server is gone').entries).toHaveLength(1)
  })
})
