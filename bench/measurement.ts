/** What a row of the benchmarks brings back. */

export interface Measurement {
  /** The row's name; a sub-row has a colon: `crash-to-restored: half`. */
  readonly name: string
  readonly value: number
  readonly unit: string
  /** In the same unit; null: nothing was promised. */
  readonly goal: number | null
  readonly better: 'lower' | 'higher'
  /** How the value came about, in a few words: how many runs, how wide they lie. Printed, not kept. */
  readonly note: string
}

/** Said instead of a number where something needed is not there. */
export interface Skipped {
  readonly name: string
  readonly skipped: string
}

/** Runs with its own servers, in processes of their own, and ends them. */
export interface Row {
  readonly name: string
  run(): Promise<readonly (Measurement | Skipped)[]>
}
