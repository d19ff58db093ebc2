import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEmbeddedRedis } from '../../../src/adapters/redis/embedded-redis.ts'
import { RedisNotStarted, startRedisProcess } from '../../../src/adapters/redis/redis-process.ts'

describe('the embedded Redis', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tminus-embedded-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  it('starts on loopback, keeps to its folder and stops', async () => {
    const redis = await startEmbeddedRedis({ dir: join(dir, 'redis'), persist: true })
    const client = new Redis(redis.url, { retryStrategy: () => null })
    expect(await client.set('a', 'b')).toBe('OK')
    expect(redis.ours).toBe(true)
    const ended = new Promise((resolve) => client.once('end', resolve))
    await redis.stop()
    await ended
    expect(await readdir(join(dir, 'redis'))).toContain('appendonlydir')
  })

  it('leaves alone the one that REDIS_URL names', async () => {
    const redis = await startEmbeddedRedis({ dir: join(dir, 'never'), url: 'redis://redis.example.com' })
    expect(redis).toMatchObject({ url: 'redis://redis.example.com', ours: false })
    await redis.stop()
    expect(await readdir(dir)).toEqual([])
  })

  it('says what to install when there is none to start', async () => {
    const starting = startRedisProcess({ dir, program: 'no-such-redis-server' })
    await expect(starting).rejects.toThrow(RedisNotStarted)
    await expect(starting).rejects.toThrow(/Install Redis .* or set REDIS_URL/)
  })

  it('says why a server ended before it was ready', async () => {
    const first = await startRedisProcess({ dir })
    await expect(startRedisProcess({ dir, port: first.port })).rejects.toThrow(/ended with code 1.*in use/)
    await first.stop()
  })
})
