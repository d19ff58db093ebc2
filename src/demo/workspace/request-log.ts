import type { JsonObject } from './json-object.ts'

/** One request of the app, as tests want to see it. Tokens are left out. */
export interface LoggedRequest {
  /** A Web API method, or `response_url`. */
  readonly method: string
  readonly args: JsonObject
  readonly result: JsonObject
  /** Deployment time, milliseconds since the Unix epoch. */
  readonly at: number
}

/** The newest requests; older ones are forgotten so that a demo may run for days. */
export class RequestLog {
  readonly #limit: number
  #entries: LoggedRequest[] = []

  constructor(limit = 10_000) {
    this.#limit = limit
  }

  add(entry: LoggedRequest): void {
    const { token: _, ...args } = entry.args
    this.#entries.push({ ...entry, args })
    if (this.#entries.length > this.#limit) this.#entries = this.#entries.slice(-this.#limit / 2)
  }

  all(): readonly LoggedRequest[] {
    return [...this.#entries]
  }
}
