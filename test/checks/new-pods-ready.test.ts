import { describe, expect, it } from 'vitest'
import { judgeNewPods, newPodsReady } from '../../src/checks/new-pods-ready.ts'
import type { SlotState } from '../../src/ports/cluster.ts'
import { makePod, newDeployment } from '../playbook/fixtures.ts'
import { makeContext, makePorts, makeSlot, never } from './fixtures.ts'

const deployment = newDeployment()
const judge = (over: Partial<SlotState>) => judgeNewPods(deployment, makeSlot(over))

describe('new-pods-ready', () => {
  it('counts the pods of the new version', () => {
    expect(judge({})).toMatchObject({ status: 'holds', sentence: '3 of 3 v2.0 pods ready, no restarts.' })
  })

  it('looks at the slot that carries the new version', async () => {
    const ports = makePorts()
    const sighting = await ports.cluster.look(deployment.plan.service, never)
    const slots = { ...sighting.slots, stable: makeSlot({ ready: 1, complete: false }) }
    const cluster = { ...ports.cluster, look: async () => ({ ...sighting, slots }) }
    expect((await newPodsReady.run(makeContext({ ports: { cluster } }))).status).toBe('holds')
    const settled = { ...deployment, settled: true }
    expect((await newPodsReady.run(makeContext({ ports: { cluster }, deployment: settled }))).status).toBe('not-yet')
  })

  it('fails for pods in trouble, for a stuck rollout and for none at all', () => {
    const crashed = judge({ pods: [makePod('api-canary-a', { ready: false, trouble: 'CrashLoopBackOff' })] })
    expect(crashed.status).toBe('fails')
    expect(crashed.sentence).toContain('api-canary-a CrashLoopBackOff')
    expect(judge({ stuck: 'exceeded quota' }).status).toBe('fails')
    expect(judge({ exists: false, wanted: 0, ready: 0, pods: [] }).status).toBe('fails')
  })

  it('waits for the last of them', () => {
    expect(judge({ ready: 2, complete: false })).toMatchObject({
      status: 'not-yet',
      sentence: '2 of 3 v2.0 pods ready. It clears when all are.',
    })
  })
})
