/** What was started last is ended first. */
export function closing() {
  const ends: (() => unknown)[] = []
  return {
    /** Resolves with what was started, and remembers how to end it. */
    async kept<T>(start: Promise<T>, end: (started: T) => unknown): Promise<T> {
      const started = await start
      ends.unshift(() => end(started))
      return started
    },
    async close(): Promise<void> {
      for (const end of ends.splice(0)) await end()
    },
  }
}
