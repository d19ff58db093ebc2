/** Waits for something to be seen by watches that tell of each change. */

export interface Waiting {
  /** Something changed: those who wait look again. */
  tell(): void
  /** Resolves with what `look` finds, now or after a change; rejects when it finds nothing for PATIENCE_MS. `what`: for the error. */
  when<T>(what: string, look: () => T | undefined): Promise<T>
}

/** Nothing takes longer here; a run that does has failed. */
const PATIENCE_MS = 60_000

export function waiting(): Waiting {
  const listeners = new Set<() => void>()
  return {
    tell() {
      for (const listener of listeners) listener()
    },
    when: (what, look) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => done(() => reject(new Error(`not seen in time: ${what}`))), PATIENCE_MS)
        const done = (end: () => void) => {
          clearTimeout(timer)
          listeners.delete(listener)
          end()
        }
        const listener = () => {
          const found = look()
          if (found !== undefined) done(() => resolve(found))
        }
        listeners.add(listener)
        listener()
      }),
  }
}
