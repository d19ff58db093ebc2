/**
 * The services' public addresses: `/<namespace>/<service>/health`. Each request is answered by the version whose turn
 * it is by its share of the traffic; `?version=v2.0` asks one version directly, as a preview address would.
 */
import type { TrafficHistory, TrafficSource } from './traffic-history.ts'

export interface FrontDoorAnswer {
  readonly status: number
  readonly version: string | null
  readonly body: string
}

export interface FrontDoor {
  /** Null for a path that is not a service's. */
  answer(url: URL): FrontDoorAnswer | null
}

const PATH = /^\/([a-z0-9-]+)\/([a-z0-9-]+)\/health$/

export function frontDoor(source: TrafficSource, history: TrafficHistory): FrontDoor {
  const credits = new Map<string, Map<string, number>>()

  /** Smooth weighted turns: of 20 requests at 5 %, exactly one meets the new version, and never two in a row. */
  function nextVersion(key: string, shares: Readonly<Record<string, number>>): string | null {
    const turns = credits.get(key) ?? new Map<string, number>()
    credits.set(key, turns)
    for (const version of turns.keys()) if ((shares[version] ?? 0) <= 0) turns.delete(version)
    const total = Object.values(shares).reduce((sum, share) => sum + share, 0)
    let best: string | null = null
    for (const [version, share] of Object.entries(shares)) {
      if (share <= 0) continue
      turns.set(version, (turns.get(version) ?? 0) + share)
      if (best === null || (turns.get(version) ?? 0) > (turns.get(best) ?? 0) + 1e-9) best = version
    }
    if (best !== null) turns.set(best, (turns.get(best) ?? 0) - total)
    return best
  }

  return {
    answer(url) {
      const [, namespace, service] = PATH.exec(url.pathname) ?? []
      if (namespace === undefined || service === undefined) return null
      const asked = url.searchParams.get('version')
      const shares = source.shares(namespace, service)
      const version = asked ?? nextVersion(`${namespace}/${service}`, shares)
      const runs = source.pods(namespace).some((pod) => pod.version === version && pod.ready)
      if (version === null || !runs) return { status: 503, version: null, body: 'no healthy upstream' }
      const sick = history.sickness(version) === 'errors'
      const body = JSON.stringify({ status: sick ? 'error' : 'ok', service, version })
      return { status: sick ? 500 : 200, version, body }
    },
  }
}
