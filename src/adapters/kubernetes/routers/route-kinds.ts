/** The kinds of objects that divide traffic, and in which version of the API they are asked for. */
import { ClusterError } from '../../../ports/cluster.ts'
import type { ApiClient } from '../api-client.ts'
import { listAt, textAt } from '../json.ts'

export interface RouteKind {
  readonly group: string
  readonly resource: string
  /** Versions we can work with, the best first. A single one that every cluster serves is not asked for. */
  readonly versions: readonly string[]
  /** Said when none is served; null: every cluster has it. */
  readonly whenMissing: string | null
}

const istio = { group: 'networking.istio.io', versions: ['v1', 'v1beta1'], whenMissing: 'Istio is not installed' }

export const VIRTUAL_SERVICES: RouteKind = { ...istio, resource: 'virtualservices' }
export const DESTINATION_RULES: RouteKind = { ...istio, resource: 'destinationrules' }
export const HTTP_ROUTES: RouteKind = {
  group: 'gateway.networking.k8s.io',
  resource: 'httproutes',
  versions: ['v1'],
  whenMissing: 'the Gateway API is not installed, or older than 1.0',
}
export const INGRESSES: RouteKind = {
  group: 'networking.k8s.io',
  resource: 'ingresses',
  versions: ['v1'],
  whenMissing: null,
}

/** The version of a kind that is served. Asked once per group; only an answer is kept. Throws ClusterError `refused` when none is. */
export function discoverVersions(
  api: Pick<ApiClient, 'discover'>,
): (kind: RouteKind, signal: AbortSignal) => Promise<string> {
  const known = new Map<string, string>()
  return async ({ group, versions, whenMissing }, signal) => {
    const [only = 'v1'] = versions
    if (whenMissing === null) return only
    const found = known.get(group)
    if (found !== undefined) return found
    const answer = await api.discover(`/apis/${group}`, signal)
    const served = listAt(answer, 'versions').map((row) => textAt(row, 'version'))
    const version = versions.find((candidate) => served.includes(candidate))
    if (version === undefined) {
      throw new ClusterError('refused', `The cluster serves no ${group}/${versions.join(' or ')}: ${whenMissing}.`, {
        status: 404,
      })
    }
    known.set(group, version)
    return version
  }
}
