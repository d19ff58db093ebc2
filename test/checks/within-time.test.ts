import { describe, expect, it } from 'vitest'
import { TimeOver, withinTime } from '../../src/checks/within-time.ts'
import { never } from './fixtures.ts'

describe('within-time', () => {
  it('gives back what the work gives, and then lets go of it', async () => {
    let seen: AbortSignal | undefined
    const answer = await withinTime(1_000, never, async (signal) => {
      seen = signal
      return 'done'
    })
    expect(answer).toBe('done')
    expect(seen?.aborted).toBe(true)
  })

  it('throws TimeOver when the work takes too long, and stops the work', async () => {
    let seen: AbortSignal | undefined
    const work = (signal: AbortSignal) => {
      seen = signal
      return new Promise<never>(() => undefined)
    }
    await expect(withinTime(5, never, work)).rejects.toBeInstanceOf(TimeOver)
    expect(seen?.aborted).toBe(true)
  })

  it("throws the outer signal's reason, at once where it has fired already", async () => {
    const fired = AbortSignal.abort(new Error('interrupted'))
    await expect(withinTime(1_000, fired, async () => 'never asked')).rejects.toThrow('interrupted')
  })

  it('passes on what the work throws', async () => {
    await expect(withinTime(1_000, never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  })
})
