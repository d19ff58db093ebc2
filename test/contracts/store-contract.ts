/** What every make of the Store port does. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import type { Store } from '../../src/ports/store.ts'
import { sampleDeployment, sampleEntry } from './sample-deployment.ts'

export function describeStore(make: string, openStore: () => Store): void {
  describe(`the store on ${make}`, () => {
    let store: Store
    const opened: Store[] = []
    beforeEach(() => {
      store = openStore()
      opened.push(store)
    })
    afterAll(async () => {
      for (const one of opened) await one.close()
    })

    const toldUpTo = (id: string, cursor: number) =>
      store.saveTold(id, { card: '1.2', cursor, drawn: null, drawnAt: 0, inFlight: null, asked: [] })
    const created = async (deployment: Deployment) => {
      expect(await store.create(deployment, [sampleEntry('created')])).toBe('created')
      return deployment
    }
    const saved = async (before: Deployment, changes: Partial<Deployment>) => {
      const after = { ...before, ...changes, revision: before.revision + 1 }
      expect(await store.save(after, [], before.revision)).toBe('saved')
      return after
    }

    describe('keeps records', () => {
      it('gives back what was created, to the last field', async () => {
        const deployment = await created(sampleDeployment('api', 1, { waitingFor: 'pods “ready” 🚀' }))
        expect(await store.load('api-1')).toEqual(deployment)
      })

      it('knows nothing of what was never created', async () => {
        expect(await store.load('api-1')).toBeUndefined()
        expect(await store.timeline('api-1')).toEqual([])
        expect(await store.live('api')).toBeUndefined()
        expect(await store.latest('api')).toBeUndefined()
        expect(await store.durations('api')).toEqual([])
        expect(await store.open()).toEqual([])
        expect(await store.told('api-1')).toBeUndefined()
      })

      it('shares no mutable state with its callers', async () => {
        const issues = ['first']
        await created(sampleDeployment('api', 1, { issues }))
        issues.push('second')
        expect((await store.load('api-1'))?.issues).toEqual(['first'])
      })

      it('numbers the deployments of each service from 1', async () => {
        expect(await store.nextNumber('api')).toBe(1)
        expect(await store.nextNumber('api')).toBe(2)
        expect(await store.nextNumber('web')).toBe(1)
      })

      it('does not overwrite a record with a new one of the same id', async () => {
        await saved(await created(sampleDeployment('api', 1)), { status: 'refused' })
        await expect(store.create(sampleDeployment('api', 1), [])).rejects.toThrow('api-1')
        expect((await store.load('api-1'))?.status).toBe('refused')
      })
    })

    describe('compares before it saves', () => {
      it('saves over the expected revision and refuses a stale one', async () => {
        const first = await created(sampleDeployment('api', 1))
        await saved(first, { step: 'second' })
        expect(await store.save({ ...first, revision: 2, step: 'stale' }, [sampleEntry('stale')], 1)).toBe('conflict')
        expect((await store.load('api-1'))?.step).toBe('second')
        expect(await store.timeline('api-1')).toHaveLength(1)
      })

      it('lets exactly one of 20 concurrent savers win, with its entry and no other', async () => {
        const first = await created(sampleDeployment('api', 1))
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            store.save({ ...first, revision: 2, step: `by-${i}` }, [sampleEntry(`by-${i}`, 2)], 1),
          ),
        )
        expect(results.filter((result) => result === 'saved')).toHaveLength(1)
        const winner = `by-${results.indexOf('saved')}`
        expect((await store.load('api-1'))?.step).toBe(winner)
        expect((await store.timeline('api-1')).map((entry) => entry.text)).toEqual(['created', winner])
      })

      it('refuses to save what was never created', async () => {
        expect(await store.save(sampleDeployment('api', 1, { revision: 2 }), [], 1)).toBe('conflict')
        expect(await store.load('api-1')).toBeUndefined()
      })
    })

    describe('keeps the timeline', () => {
      it('in the order it was written, readable from any entry on', async () => {
        const first = sampleDeployment('api', 1)
        await store.create(first, [sampleEntry('a'), sampleEntry('b')])
        await store.save({ ...first, revision: 2 }, [sampleEntry('c', 2), sampleEntry('d', 2)], 1)
        expect((await store.timeline('api-1')).map((entry) => entry.text)).toEqual(['a', 'b', 'c', 'd'])
        expect((await store.timeline('api-1', 3)).map((entry) => entry.text)).toEqual(['d'])
        expect(await store.timeline('api-1', 4)).toEqual([])
        expect((await store.timeline('api-1'))[0]).toEqual(sampleEntry('a'))
      })
    })

    describe('locks a service while a deployment is live', () => {
      it('answers a second deployment with the live one', async () => {
        await created(sampleDeployment('api', 1))
        expect(await store.create(sampleDeployment('api', 2), [])).toEqual({ live: 'api-1' })
        expect(await store.load('api-2')).toBeUndefined()
        expect(await store.latest('api')).toBe('api-1')
        await created(sampleDeployment('web', 1))
      })

      it('lets exactly one of 20 concurrent requests in', async () => {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, i) => store.create(sampleDeployment('api', i + 1), [])),
        )
        expect(results.filter((result) => result === 'created')).toHaveLength(1)
        const live = await store.live('api')
        expect(results.filter((result) => result !== 'created')).toEqual(Array(19).fill({ live }))
      })

      it('lets go of it at the end, and takes it again when a completed one goes back', async () => {
        const running = await created(sampleDeployment('api', 1))
        expect(await store.live('api')).toBe('api-1')
        const completed = await saved(running, { status: 'completed', endedAt: running.createdAt + 5, keepUntil: 9 })
        expect(await store.live('api')).toBeUndefined()
        const goingBack = await saved(completed, { status: 'going-back' })
        expect(await store.live('api')).toBe('api-1')
        await saved(goingBack, { status: 'rolled-back' })
        expect(await store.live('api')).toBeUndefined()
      })

      it('never blocks a way back, and never takes the lock from another', async () => {
        const first = await created(sampleDeployment('api', 1))
        const completed = await saved(first, { status: 'completed', keepUntil: 9 })
        const second = await created(sampleDeployment('api', 2))
        const goingBack = await saved(completed, { status: 'going-back' })
        expect(await store.live('api')).toBe('api-2')
        await saved(second, { status: 'refused' })
        const further = await saved(goingBack, { waitingFor: 'endpoints' })
        expect(await store.live('api')).toBe('api-1')
        await saved(further, { status: 'rolled-back' })
        expect(await store.live('api')).toBeUndefined()
      })
    })

    describe('remembers what is left to do', () => {
      it('lists live, kept and check-ins to come, and nothing else', async () => {
        const checkIn = { name: '1h', dueAt: 1 } as const
        const running = await created(sampleDeployment('api', 1))
        await toldUpTo('api-1', 1)
        const holding = await saved(running, { status: 'holding' })
        expect(await store.open()).toEqual(['api-1'])
        const kept = await saved(holding, { status: 'completed', keepUntil: 9, checkIns: [checkIn] })
        expect(await store.open()).toEqual(['api-1'])
        const retired = await saved(kept, { keepUntil: null })
        expect(await store.open()).toEqual(['api-1'])
        await saved(retired, { checkIns: [{ ...checkIn, doneAt: 2, verdict: 'ok' }] })
        expect(await store.open()).toEqual([])
      })

      it('lists one that ended until its last line was told', async () => {
        const running = await created(sampleDeployment('api', 1))
        await toldUpTo('api-1', 1)
        const ended = { ...running, status: 'rolled-back', endedAt: 9, revision: 2 } as const
        expect(await store.save(ended, [sampleEntry('rolled back', 2)], 1)).toBe('saved')
        expect(await store.open()).toEqual(['api-1'])
        await toldUpTo('api-1', 1)
        expect(await store.open()).toEqual(['api-1'])
        await toldUpTo('api-1', 2)
        expect(await store.open()).toEqual([])
      })

      it('lists one that ended before anything was told', async () => {
        await saved(await created(sampleDeployment('api', 1)), { status: 'refused' })
        expect(await store.open()).toEqual(['api-1'])
        await toldUpTo('api-1', 1)
        expect(await store.open()).toEqual([])
      })

      it('lists one again when a line is added after all was told', async () => {
        const refused = await saved(await created(sampleDeployment('api', 1)), { status: 'refused' })
        await toldUpTo('api-1', 1)
        expect(await store.save({ ...refused, revision: 3 }, [sampleEntry('late', 3)], 2)).toBe('saved')
        expect(await store.open()).toEqual(['api-1'])
      })

      it('keeps a live one listed however much was told', async () => {
        await created(sampleDeployment('api', 1))
        await toldUpTo('api-1', 1)
        expect(await store.open()).toEqual(['api-1'])
      })

      it('knows nothing of what was told of a deployment that was never created', async () => {
        await toldUpTo('api-1', 0)
        expect(await store.told('api-1')).toBeUndefined()
        expect(await store.open()).toEqual([])
      })

      it('names the newest deployment of a service', async () => {
        await saved(await created(sampleDeployment('api', 1)), { status: 'refused' })
        await created(sampleDeployment('api', 2))
        expect(await store.latest('api')).toBe('api-2')
      })
    })

    it('remembers how long the last 20 completed deployments took, newest first, each once', async () => {
      for (let number = 1; number <= 22; number++) {
        const running = await created(sampleDeployment('api', number))
        const endedAt = running.createdAt + number
        const completed = await saved(running, { status: 'completed', endedAt, keepUntil: 9 })
        await saved(completed, { keepUntil: null })
      }
      expect(await store.durations('api')).toEqual(Array.from({ length: 20 }, (_, i) => 22 - i))
    })

    it('does not count a deployment that went back as completed', async () => {
      const running = await created(sampleDeployment('api', 1))
      const endedAt = running.createdAt + 7
      const completed = await saved(running, { status: 'completed', endedAt, keepUntil: 9 })
      expect(await store.durations('api')).toEqual([7])
      await saved(completed, { status: 'going-back' })
      expect(await store.durations('api')).toEqual([])
    })

    describe('remembers which images are blocked', () => {
      const back = {
        trigger: 'critical',
        detail: 'errors 4 %',
        since: 1,
        step: 3,
        stepSince: 2,
        hadTraffic: true,
      } as const
      const block = {
        service: 'api',
        version: 'v2.0',
        digest: 'sha256:aa',
        deployment: 'api-1',
        at: 5,
        by: null,
        why: 'errors 4 %',
      }

      it('blocks the image of a deployment that was rolled back, in the same write', async () => {
        const running = await created(sampleDeployment('api', 1, { digest: 'sha256:aa' }))
        expect(await store.blocked('api')).toEqual([])
        const goingBack = await saved(running, { status: 'going-back', goingBack: back })
        expect(await store.blocked('api')).toEqual([])
        await saved(goingBack, { status: 'rolled-back', endedAt: 5 })
        expect(await store.blocked('api')).toEqual([block])
        expect(await store.blocked('web')).toEqual([])
      })

      it('blocks nothing that had no traffic, and nothing after a conflict', async () => {
        const running = await created(sampleDeployment('api', 1))
        await saved(running, { status: 'rolled-back', goingBack: { ...back, hadTraffic: false } })
        const stale = { ...running, status: 'rolled-back', goingBack: back, revision: 2 } as const
        expect(await store.save(stale, [], 1)).toBe('conflict')
        expect(await store.blocked('api')).toEqual([])
      })

      it('lists them newest first, each image once, until they are cleared', async () => {
        const older = { ...block, version: 'v1.8', digest: null, at: 2, by: { id: 'U0BEN', name: 'Ben “B” Åkesson' } }
        await store.block(block)
        await store.block(older)
        await store.block({ ...block, why: 'again' })
        expect(await store.blocked('api')).toEqual([{ ...block, why: 'again' }, older])
        expect(await store.unblock(block)).toBe(true)
        expect(await store.unblock(block)).toBe(false)
        expect(await store.blocked('api')).toEqual([older])
      })
    })

    it('keeps how far the conversation has got', async () => {
      await created(sampleDeployment('api', 1))
      const told = { card: '1700000000.000100', cursor: 3, drawn: 'abc', drawnAt: 5, inFlight: null, asked: [] }
      await store.saveTold('api-1', told)
      expect(await store.told('api-1')).toEqual(told)
      await store.saveTold('api-1', { ...told, cursor: 4, inFlight: 'api-1/4' })
      expect(await store.told('api-1')).toEqual({ ...told, cursor: 4, inFlight: 'api-1/4' })
      const asked = [{ ts: '1700000000.000200', from: 3, to: 3, drawn: '' }]
      await store.saveTold('api-1', { ...told, asked })
      expect((await store.told('api-1'))?.asked).toEqual(asked)
    })
  })
}
