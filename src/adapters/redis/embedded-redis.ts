/** The Redis of the demo: the one REDIS_URL names, or a redis-server of our own. */
import { startRedisProcess } from './redis-process.ts'

export interface EmbeddedRedis {
  readonly url: string
  /** Was it started by us? Then `stop` ends it; one that REDIS_URL names is left alone. */
  readonly ours: boolean
  stop(): Promise<void>
}

export interface EmbeddedRedisSettings {
  /** Where it keeps its files; created when absent. */
  readonly dir: string
  /** REDIS_URL, when set: that one is used and none is started. */
  readonly url?: string | undefined
  /** Do the data outlive the process? Default false. */
  readonly persist?: boolean
}

/** Throws RedisNotStarted, saying what to install, when `url` is not given and there is no redis-server on the PATH. */
export async function startEmbeddedRedis({ dir, url, persist = false }: EmbeddedRedisSettings): Promise<EmbeddedRedis> {
  if (url) return { url, ours: false, stop: async () => {} }
  const redis = await startRedisProcess({ dir, persist })
  return { url: redis.url, ours: true, stop: redis.stop }
}
