/** What a process of its own must know to run the bot in a town. */
import type { Config } from '../../src/config.ts'

export interface Papers {
  readonly config: Config
  readonly prefix: string
  readonly anchor: number
  readonly factor: number
  /** `host:port` of the simulated registry and front doors. */
  readonly outsideHost: string
}

export const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
