/**
 * Time, as the world outside the rules sees it. Three makes: real (adapters/clocks.ts), scaled (the demo: one real
 * second is `factor` seconds of the deployment) and stepped (rehearse and stories: the clock jumps to the next
 * deadline by itself).
 */
export interface Clock {
  /** Milliseconds since the Unix epoch, in deployment time. */
  now(): number
  /**
   * Calls `run` once, at or soon after `at` (milliseconds since the Unix epoch, deployment time); at once-ish when
   * `at` has passed. Returns a function that cancels the call; cancelling twice or late does nothing.
   */
  schedule(at: number, run: () => void): () => void
  /** Real milliseconds that `ms` of deployment time take: `ms` itself on a real clock, `ms / factor` on a scaled one, 0 on a stepped one. */
  toRealMs(ms: number): number
}
