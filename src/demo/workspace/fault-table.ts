/** Faults that a test or the demo puts between the app and Slack. */
export interface Fault {
  /** A Web API method (`chat.update`), `response_url`, or nothing for all of them. */
  readonly method?: string
  readonly kind: '429' | '500' | 'down' | 'not_in_channel' | 'token_revoked' | 'slow'
  /** How many requests meet it; default: all until it is cleared. */
  readonly times?: number
  /** Value of the `retry-after` header of a 429, default 1. */
  readonly retryAfterS?: number
  /** How long a slow answer takes, in milliseconds of the wall clock; default 5,000. */
  readonly delayMs?: number
}

export class FaultTable {
  readonly #faults = new Set<{ readonly fault: Fault; left: number }>()

  constructor(faults: readonly Fault[] = []) {
    for (const fault of faults) this.set(fault)
  }

  /** Returns a function that takes the fault away. */
  set(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY }
    this.#faults.add(entry)
    return () => void this.#faults.delete(entry)
  }

  clear(): void {
    this.#faults.clear()
  }

  /** The fault that this request meets, counted; undefined when all is well. */
  take(method: string): Fault | undefined {
    for (const entry of this.#faults) {
      if (entry.fault.method !== undefined && entry.fault.method !== method) continue
      entry.left -= 1
      if (entry.left <= 0) this.#faults.delete(entry)
      return entry.fault
    }
    return undefined
  }
}
