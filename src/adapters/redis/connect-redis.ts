/** Connections to Redis, of two sorts: one that answers in time or says that it cannot, one that waits as long as it takes. */
import { Redis, type RedisOptions } from 'ioredis'

/**
 * `answer`: for people who wait. Nothing is queued while the connection is down and nothing is sent twice.
 * `work`: for workers and subscriptions. Commands wait until Redis is back.
 */
export type RedisUse = 'answer' | 'work'

/** Retries are frequent: the way back must not wait for a long back-off after Redis has come back. */
const LONGEST_RETRY_MS = 250
/** A connection that owes an answer for so long is dead (a network that swallows packets) and made anew. */
const DEAD_AFTER_MS = 5_000

const OPTIONS = {
  answer: {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    socketTimeout: DEAD_AFTER_MS,
  },
  work: { maxRetriesPerRequest: null },
} satisfies Readonly<Record<RedisUse, RedisOptions>>

/** Connects, and again after each loss. `onError` hears of each outage once. */
export function connectRedis(url: string, use: RedisUse, onError: (error: unknown) => void): Redis {
  const redis = new Redis(url, {
    ...OPTIONS[use],
    keepAlive: 10_000,
    retryStrategy: (times: number) => Math.min(25 * 2 ** Math.min(times, 8), LONGEST_RETRY_MS),
  })
  // Every call that waits for the connection listens for a moment; any number of them may.
  redis.setMaxListeners(10_000)
  let told = false
  redis.on('ready', () => {
    told = false
  })
  redis.on('error', (error: unknown) => {
    if (told) return
    told = true
    onError(error)
  })
  return redis
}

/** A Redis address that may be shown: without its password. */
export function shownUrl(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//***@')
}
