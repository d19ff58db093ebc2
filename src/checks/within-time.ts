/** Gives a piece of work its own time, and stops waiting when the time is over even if the work does not listen. */

export class TimeOver extends Error {
  readonly afterMs: number
  constructor(afterMs: number) {
    super(`no answer within ${afterMs < 1_000 ? `${afterMs} ms` : `${Math.round(afterMs / 100) / 10} s`}`)
    this.name = 'TimeOver'
    this.afterMs = afterMs
  }
}

/**
 * `ms` are real milliseconds, not the Clock's: networks do not run faster in a demo. Throws TimeOver when they pass,
 * and the outer signal's reason when that fires. The inner signal fires in both cases, and when the work is done.
 */
export async function withinTime<T>(
  ms: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted()
  const inner = new AbortController()
  const stopped = new Promise<never>((_resolve, reject) => {
    inner.signal.addEventListener('abort', () => reject(inner.signal.reason), { once: true })
  })
  // Nobody may be waiting any more when the work is done and its signal fires.
  stopped.catch(() => undefined)
  const pass = () => inner.abort(outer.reason)
  outer.addEventListener('abort', pass, { once: true })
  const timer = setTimeout(() => inner.abort(new TimeOver(ms)), ms)
  try {
    return await Promise.race([work(inner.signal), stopped])
  } finally {
    clearTimeout(timer)
    outer.removeEventListener('abort', pass)
    inner.abort(new Error('the work is done'))
  }
}
