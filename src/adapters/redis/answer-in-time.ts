/** Every question to Redis is answered in time: by Redis, or by StoreUnavailable. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { StoreUnavailable } from '../../ports/store.ts'

/** Answers of a Redis that runs but cannot serve now (starting, failing over, full, read-only): the world is late, not wrong. */
const NOT_NOW = /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF|OOM|BUSY|MOVED|ASK)\b/

/**
 * Asks once the connection is up, all within `limitMs` (real milliseconds).
 *
 * Throws StoreUnavailable when there is no answer by then, when the connection breaks, or when Redis says it cannot
 * serve now; what was asked may still have happened. Other errors of Redis are ours and pass as they are.
 */
export async function answerInTime<T>(redis: Redis, limitMs: number, ask: () => Promise<T>): Promise<T> {
  const late = new AbortController()
  const asked = async () => {
    for (;;) {
      if (redis.status !== 'ready') await comeUp(redis, late.signal)
      late.signal.throwIfAborted()
      try {
        return await ask()
      } catch (error) {
        // The connection broke and ioredis has not noticed yet: nothing was sent, so asking again is safe.
        if (!isUnsent(error)) throw error
        await nextTurn()
      }
    }
  }
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new StoreUnavailable(`Redis did not answer within ${limitMs} ms.`))
      late.abort()
    }, limitMs)
  })
  try {
    return await Promise.race([asked(), limit])
  } catch (error) {
    throw asUnavailable(error)
  } finally {
    clearTimeout(timer)
  }
}

/** Refused attempts meanwhile are no end: ioredis tries again. */
function comeUp(redis: Redis, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (run: () => void) => () => {
      redis.off('ready', ready).off('end', ended)
      signal.removeEventListener('abort', ended)
      run()
    }
    const ready = settle(resolve)
    const ended = settle(() => reject(new StoreUnavailable('The connection to Redis is closed.')))
    if (redis.status === 'end') return ended()
    redis.once('ready', ready).once('end', ended)
    signal.addEventListener('abort', ended)
  })
}

function isUnsent(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Stream isn't writeable")
}

function asUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreUnavailable) return error
  if (error.name === 'ReplyError' && !NOT_NOW.test(error.message)) return error
  return new StoreUnavailable(`Redis cannot be reached: ${error.message}`, { cause: error })
}
