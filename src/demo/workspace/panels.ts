/**
 * What the side panel of the page shows: the truth of the simulated cluster and metrics, beside what the bot says
 * about them in the channel. The demo implements `PanelSource`; the workspace only carries it to the page.
 */
export interface PanelSource {
  snapshot(): PanelSnapshot
  /** Calls `cb` after each change of the snapshot; returns a function that stops it. May call often: the workspace paces. */
  onChange(cb: () => void): () => void
  /** Turns a switch on or off. Rejects when there is no switch of that name. */
  flip(name: string, on: boolean): Promise<void>
}

export interface PanelSnapshot {
  readonly services: readonly PanelService[]
  readonly metrics: readonly PanelMetric[]
  readonly switches: readonly PanelSwitch[]
  readonly clock: PanelClock
  /** Path of a kubeconfig file that a person may copy into a terminal. */
  readonly kubeconfigPath?: string
}

export interface PanelService {
  readonly name: string
  readonly versions: readonly PanelVersion[]
}

export interface PanelVersion {
  readonly version: string
  /** Part of the service's real traffic, 0 to 1. */
  readonly share: number
  readonly pods: readonly PanelPod[]
}

export interface PanelPod {
  readonly name: string
  /** As kubectl prints it: Running, Pending, CrashLoopBackOff, Terminating, NotReady ... */
  readonly state: string
  readonly restarts: number
}

export type PanelLevel = 'ok' | 'warning' | 'critical' | 'no data'

export interface PanelMetric {
  readonly name: string
  readonly label: string
  /** Shown after the number: `%`, `ms`, `req/s`. */
  readonly unit: string
  /** null when there is no data. */
  readonly value: number | null
  readonly target?: number
  readonly warning?: number
  readonly critical?: number
  readonly level: PanelLevel
  /** Oldest first; what the sparkline draws. */
  readonly history: readonly number[]
}

export interface PanelSwitch {
  readonly name: string
  readonly label: string
  readonly on: boolean
}

export interface PanelClock {
  /** Demo time, milliseconds since the Unix epoch. */
  readonly nowMs: number
  /** Seconds of the demo per second of the wall clock. */
  readonly factor: number
}
