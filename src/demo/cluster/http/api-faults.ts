/** Faults of the API itself, for tests: chosen requests are refused, hang, or lose their connection. */

export interface ApiFault {
  /** Which requests: the method (any when absent) and a pattern for the path with its query (any when absent). */
  readonly method?: string
  readonly path?: RegExp
  /** An HTTP code to answer with, `hang` (no answer until the fault is cleared) or `disconnect`. */
  readonly answer: 403 | 404 | 409 | 429 | 500 | 503 | 504 | 'hang' | 'disconnect'
  /** The `Retry-After` header in seconds; 1 for a 429 when absent. */
  readonly retryAfterSeconds?: number
  /** How many requests it meets; until it is cleared when absent. */
  readonly times?: number
}

export interface ApiFaults {
  set(fault: ApiFault | undefined): void
  /** The fault that this request meets, counted as met. */
  meet(method: string, target: string): ApiFault | undefined
  /** Runs when the present fault is cleared or replaced. */
  onClear(run: () => void): void
}

export function createApiFaults(): ApiFaults {
  let fault: ApiFault | undefined
  let left = 0
  let waiting: (() => void)[] = []
  return {
    set: (next) => {
      fault = next
      left = next?.times ?? Number.POSITIVE_INFINITY
      const released = waiting
      waiting = []
      for (const run of released) run()
    },
    meet: (method, target) => {
      if (!fault || left <= 0) return undefined
      if (fault.method !== undefined && fault.method !== method) return undefined
      if (fault.path && target.search(fault.path) < 0) return undefined
      left -= 1
      return fault
    },
    onClear: (run) => void waiting.push(run),
  }
}

export const FAULT_REASONS: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}
