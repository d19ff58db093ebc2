import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest'
import { redisStore } from '../../../src/adapters/redis/redis-store.ts'
import { type Store, StoreUnavailable } from '../../../src/ports/store.ts'
import { sampleDeployment, sampleEntry } from '../../contracts/sample-deployment.ts'
import { describeStore } from '../../contracts/store-contract.ts'
import { startRedis, type TestRedis } from '../../redis-server.ts'

const url = inject('redisUrl')
const ownPrefix = () => `{${randomUUID()}}`

// The bound is generous here: these servers share a busy machine. Where the bound itself is meant, it is set.
describeStore('Redis', () => redisStore({ url, prefix: ownPrefix(), commandTimeoutMs: 10_000 }))

describe('the store on Redis', () => {
  const admin = new Redis(url)
  afterAll(() => admin.disconnect())

  it('keeps all keys under one hash tag, so that a cluster holds them in one slot', async () => {
    const prefix = ownPrefix()
    const store = redisStore({ url, prefix, commandTimeoutMs: 10_000 })
    await store.nextNumber('api')
    const deployment = sampleDeployment('api', 1)
    await store.create(deployment, [sampleEntry('created')])
    await store.saveTold('api-1', { card: null, cursor: 0, drawn: null, drawnAt: 0, inFlight: null, asked: [] })
    await store.save({ ...deployment, status: 'completed', revision: 2, keepUntil: 9, endedAt: 1 }, [], 1)
    await store.close()
    const keys = await admin.keys('*')
    const ours = keys.filter((key) => key.includes(prefix))
    expect(ours.length).toBeGreaterThan(5)
    expect(ours.every((key) => key.startsWith(`${prefix}:`))).toBe(true)
  })

  it('shows the same to every process', async () => {
    const prefix = ownPrefix()
    const one = redisStore({ url, prefix, commandTimeoutMs: 10_000 })
    const other = redisStore({ url, prefix, commandTimeoutMs: 10_000 })
    await one.create(sampleDeployment('api', 1), [])
    expect(await other.create(sampleDeployment('api', 2), [])).toEqual({ live: 'api-1' })
    expect(await other.load('api-1')).toEqual(sampleDeployment('api', 1))
    await Promise.all([one.close(), other.close()])
  })

  it('refuses a record of a newer version, and one that is broken, by name', async () => {
    const prefix = ownPrefix()
    const store = redisStore({ url, prefix, commandTimeoutMs: 10_000 })
    await admin.hset(`${prefix}:record:api-1`, { revision: 1, json: '{"v":2,"data":{}}' })
    await expect(store.load('api-1')).rejects.toThrow(/api-1 was written in format 2/)
    await admin.hset(`${prefix}:record:api-1`, { json: '{"v":1,"data":{"id":"api-1"}}' })
    await expect(store.load('api-1')).rejects.toThrow(/api-1 cannot be read[\s\S]*status/)
    await admin.hset(`${prefix}:record:api-1`, { json: 'oops' })
    await expect(store.load('api-1')).rejects.toThrow(/not JSON/)
    await store.close()
  })

  it('reads how far an older version had told, which remembered no questions', async () => {
    const prefix = ownPrefix()
    const store = redisStore({ url, prefix, commandTimeoutMs: 10_000 })
    const old = { card: '1.0', cursor: 3, drawn: 'abc', drawnAt: 5, inFlight: null }
    await admin.set(`${prefix}:told:api-1`, JSON.stringify({ v: 1, data: old }))
    expect(await store.told('api-1')).toEqual({ ...old, asked: [] })
    await store.close()
  })
})

describe('the store, when Redis is away', () => {
  let redis: TestRedis | undefined
  let store: Store | undefined
  afterEach(async () => {
    await store?.close()
    await redis?.stop()
  })

  it('says so when Redis was killed, and works again after its restart with nothing lost', async () => {
    redis = await startRedis({ persist: true })
    const outages: unknown[] = []
    store = redisStore({ url: redis.url, commandTimeoutMs: 500, onError: (error) => outages.push(error) })
    await store.create(sampleDeployment('api', 1), [sampleEntry('created')])
    await redis.kill()
    for (let i = 0; i < 3; i++) await expect(store.load('api-1')).rejects.toThrow(StoreUnavailable)
    expect(outages).toHaveLength(1)
    await redis.restart()
    await expect.poll(() => store?.load('api-1').catch(() => undefined), { timeout: 10_000 }).toBeDefined()
    expect((await store.timeline('api-1')).map((entry) => entry.text)).toEqual(['created'])
  })

  it('says so within its bound when Redis is not there from the start', async () => {
    redis = await startRedis()
    await redis.kill()
    store = redisStore({ url: redis.url, commandTimeoutMs: 100 })
    await expect(store.create(sampleDeployment('api', 1), [])).rejects.toThrow(StoreUnavailable)
    await expect(store.load('api-1')).rejects.toThrow('within 100 ms')
  })

  it('says so within its bound when Redis holds the connection and answers nothing', async () => {
    redis = await startRedis()
    store = redisStore({ url: redis.url, commandTimeoutMs: 200 })
    expect(await store.load('api-1')).toBeUndefined()
    redis.pause()
    await expect(store.save(sampleDeployment('api', 1), [], 0)).rejects.toThrow('within 200 ms')
    redis.resume()
  })

  it('is unavailable once it is closed', async () => {
    store = redisStore({ url })
    await store.close()
    await expect(store.load('api-1')).rejects.toThrow(StoreUnavailable)
  })
})
