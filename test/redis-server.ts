/** A redis-server for tests, in a temporary folder, that can be killed, paused and started again. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RedisProcess, startRedisProcess } from '../src/adapters/redis/redis-process.ts'

export interface TestRedis {
  readonly url: string
  readonly port: number
  /** Ends it and removes its folder. */
  stop(): Promise<void>
  /** Ends it at once; `restart` starts it again. */
  kill(): Promise<void>
  /** Answers nothing any more, with its connections open, until `resume`. */
  pause(): void
  resume(): void
  /** Starts it again on the same port, with its data if it persists. */
  restart(): Promise<void>
}

export async function startRedis({
  persist = false,
  port,
}: {
  persist?: boolean
  port?: number
} = {}): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'tminus-redis-'))
  let redis: RedisProcess = await startRedisProcess({ dir, persist, ...(port === undefined ? {} : { port }) })
  return {
    url: redis.url,
    port: redis.port,
    stop: async () => {
      redis.process.kill('SIGCONT')
      await redis.kill()
      await rm(dir, { recursive: true, force: true })
    },
    kill: () => redis.kill(),
    pause: () => void redis.process.kill('SIGSTOP'),
    resume: () => void redis.process.kill('SIGCONT'),
    restart: async () => {
      await redis.kill()
      redis = await startRedisProcess({ dir, persist, port: redis.port })
    },
  }
}
