/** One HTTP GET, as a health check makes it. */
export type ProbeAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly ms: number; readonly body: string }
  | { readonly kind: 'silent'; readonly why: string }

export interface Probe {
  /** Follows no redirect; reads at most 2 kB of the body; gives up when the signal says so. Never throws for the server's sake. */
  get(url: string, signal: AbortSignal): Promise<ProbeAnswer>
}
