import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkRedis } from '../../../src/adapters/redis/check-redis.ts'
import { startRedis, type TestRedis } from '../../redis-server.ts'

describe('the look at Redis before the start', () => {
  let redis: TestRedis
  let admin: Redis
  beforeEach(async () => {
    redis = await startRedis()
    admin = new Redis(redis.url)
    admin.on('error', () => {})
  })
  afterEach(async () => {
    admin.disconnect()
    await redis.stop()
  })

  it('warns when nothing is written to disk', async () => {
    const { refuse, warn } = await checkRedis(redis.url)
    expect(refuse).toEqual([])
    expect(warn).toEqual([expect.stringContaining('appendonly')])
  })

  it('is content with an append-only file, and with save points', async () => {
    await admin.config('SET', 'appendonly', 'yes')
    expect(await checkRedis(redis.url)).toEqual({ refuse: [], warn: [] })
    await admin.config('SET', 'appendonly', 'no')
    await admin.config('SET', 'save', '3600 1')
    expect(await checkRedis(redis.url)).toEqual({ refuse: [], warn: [] })
  })

  it.each(['allkeys-lru', 'volatile-lru', 'allkeys-random', 'volatile-ttl'])(
    'refuses the eviction policy %s',
    async (policy) => {
      await admin.config('SET', 'maxmemory-policy', policy)
      expect((await checkRedis(redis.url)).refuse).toEqual([expect.stringContaining(policy)])
    },
  )

  it('judges without CONFIG, which managed Redis forbids', async () => {
    await admin.acl('SETUSER', 'default', '-config')
    const { refuse, warn } = await checkRedis(redis.url)
    expect(refuse).toEqual([])
    expect(warn).toEqual([expect.stringContaining('does not tell its save points')])
  })

  it('refuses a wrong password without showing it', async () => {
    await admin.config('SET', 'requirepass', 'right')
    const { refuse } = await checkRedis(redis.url.replace('//', '//:wr0ng@'), 300)
    expect(refuse).toHaveLength(1)
    expect(refuse[0]).toContain('***@127.0.0.1')
    expect(refuse[0]).toContain('WRONGPASS')
    expect(refuse[0]).not.toContain('wr0ng')
  })

  it('refuses when nobody answers', async () => {
    await redis.kill()
    expect((await checkRedis(redis.url, 300)).refuse).toEqual([expect.stringContaining('ECONNREFUSED')])
  })
})
