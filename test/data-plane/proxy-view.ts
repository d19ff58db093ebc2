/** What one proxy knows of the cluster: everything, but later, and each kind with a delay of its own. */
import type { JsonObject } from '../../src/adapters/kubernetes/json.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { FOLLOWED, type Followed, type Known } from './backends.ts'

/** ms of the clock, from the change on the API server to the proxy that acts by it. */
export interface Lags {
  readonly name: string
  readonly endpointsMs: number
  readonly routesMs: number
}

/** Both unlucky orders: a share that comes before the addresses it leads to, and addresses that go before the share does. */
export function unluckyLags(shortMs: number, longMs: number): readonly Lags[] {
  return [
    { name: 'routes first', endpointsMs: longMs, routesMs: shortMs },
    { name: 'endpoints first', endpointsMs: shortMs, routesMs: longMs },
  ]
}

export interface ProxyView {
  readonly lags: Lags
  /** What is known now. */
  known(): Known
  /** All objects of a kind, as they are on the API server from now on. */
  see(kind: Followed, objects: readonly JsonObject[]): void
  /** Calls back when something new is known. */
  onChange(tell: () => void): void
  stop(): void
}

export function proxyView(clock: Clock, lags: Lags): ProxyView {
  const known: Record<Followed, readonly JsonObject[]> = {
    endpointslices: [],
    virtualservices: [],
    destinationrules: [],
    httproutes: [],
    ingresses: [],
  }
  const applied = new Map<Followed, number>(FOLLOWED.map((kind) => [kind, 0]))
  const pending = new Set<() => void>()
  const listeners: (() => void)[] = []
  let sequence = 0
  return {
    lags,
    known: () => known,
    see(kind, objects) {
      sequence += 1
      const mine = sequence
      const lag = kind === 'endpointslices' ? lags.endpointsMs : lags.routesMs
      const cancel = clock.schedule(clock.now() + lag, () => {
        pending.delete(cancel)
        if (mine < (applied.get(kind) ?? 0)) return
        applied.set(kind, mine)
        known[kind] = objects
        for (const tell of listeners) tell()
      })
      pending.add(cancel)
    },
    onChange: (tell) => void listeners.push(tell),
    stop() {
      for (const cancel of pending) cancel()
    },
  }
}
