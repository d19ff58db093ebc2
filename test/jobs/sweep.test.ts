/** Everything that was enqueued is gone, as after a crash or with a new Redis queue: the record alone brings it back. */
import { describe, expect, it } from 'vitest'
import { steppedClock } from '../../src/adapters/clocks.ts'
import { memoryStore } from '../../src/adapters/memory/memory-store.ts'
import { sweep } from '../../src/jobs/sweep.ts'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { HOUR, MINUTE, SECOND } from '../../src/playbook/durations.ts'
import type { Job } from '../../src/ports/queue.ts'
import { ana, ben, doStep, makeService, must, newDeployment, walkTo } from '../playbook/fixtures.ts'

async function swept(deployment: Deployment, now: number) {
  const store = memoryStore()
  await store.create(newDeployment(), [])
  if (deployment.revision > newDeployment().revision) await store.save(deployment, [], newDeployment().revision)
  const jobs: Job[] = []
  const queue = {
    add: async (job: Job) => void jobs.push(job),
    interrupt: async () => {},
    work: async () => {},
    close: async () => {},
  }
  const looked = await sweep({ store, queue, clock: steppedClock(now) })
  return { looked, moving: jobs.find(({ key }) => key === 'move'), kinds: jobs.map(({ kind }) => kind) }
}

function completed(): { deployment: Deployment; now: number } {
  const { deployment, now } = walkTo(newDeployment(), 'journal')
  return { deployment: doStep(deployment, now + SECOND), now: now + SECOND }
}

describe('after a restart the sweep brings back', () => {
  it('the check-ins to come, each at its time', async () => {
    const { deployment, now } = completed()
    const forgotten: Deployment = { ...deployment, keepUntil: null, kept: false }
    const first = await swept(forgotten, now)
    expect(first).toMatchObject({ looked: 1, moving: { kind: 'advance', name: 'keep', at: now + HOUR } })
    const [one, ...rest] = forgotten.checkIns
    const checkIns = [...(one ? [{ ...one, doneAt: now + HOUR, verdict: 'ok' as const }] : []), ...rest]
    const later = await swept({ ...forgotten, checkIns }, now + HOUR + MINUTE)
    expect(later.moving).toMatchObject({ at: now + 4 * HOUR })
  })
  it('an approval with the time at which it expires', async () => {
    const { deployment, now } = walkTo(newDeployment(), 'approve-5')
    const expires = deployment.stepSince + makeService().timeouts.approvalMs
    expect((await swept(deployment, now)).moving).toMatchObject({ kind: 'advance', name: 'route', at: expires })
  })
  it('a hold with its reminder, before everything else', async () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const held = must(deployment, { type: 'held', by: ben, reason: null }, now).deployment
    const { moving } = await swept(held, now)
    expect(moving).toMatchObject({ kind: 'advance', urgent: true })
    expect(moving?.at).toBeLessThanOrEqual(now + makeService().timeouts.holdReminderMs)
  })
  it('a way back at once, in the queue of its own, and the guard with it', async () => {
    const { deployment, now } = walkTo(newDeployment(), 'watch-25')
    const back = must(deployment, { type: 'abort-asked', by: ana, reason: null }, now).deployment
    const { moving, kinds } = await swept(back, now)
    expect(moving).toMatchObject({ kind: 'way-back', at: 0, urgent: true })
    expect(kinds).toEqual(['way-back', 'guard', 'announce'])
  })
})
