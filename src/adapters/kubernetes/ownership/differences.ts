/** What stands on the cluster, held against what a deployment wrote. Who wrote it is another question. */
import { type ForeignChange, GONE } from '../../../playbook/foreign-change.ts'
import type { Owned } from '../../../playbook/ownership.ts'
import type { Service } from '../../../playbook/service.ts'
import { minReplicas } from '../autoscaler.ts'
import { type JsonObject, numberAt } from '../json.ts'
import { weightedRouterOf } from '../routers/router-of.ts'
import { sameLabels, writeLabels } from '../selectors.ts'
import { selectorOf } from '../traffic.ts'
import { isShareAt, selectorAt, shareOf } from './traffic-places.ts'
import { canaryDifferences, previousDifferences, workloadDifferences } from './workload-differences.ts'

/** Null: there is no such object. Undefined: it could not be read, and nothing is said about it. */
export interface Standing {
  readonly stable: JsonObject | null
  readonly canary: JsonObject | null
  readonly previous: JsonObject | null
  readonly service: JsonObject | null
  readonly route: JsonObject | null | undefined
  readonly hpa: JsonObject | null | undefined
}

export interface Difference extends Omit<ForeignChange, 'by'> {
  readonly object: JsonObject | null
  /** In the terms of managedFields. */
  readonly path: readonly string[]
  /** We write parts of it ourselves, but never what differs: owning a part of it clears nobody. */
  readonly never?: true
}

export function differences(service: Service, owned: Owned, standing: Standing): readonly Difference[] {
  return [
    ...workloadDifferences(service, owned, standing.stable),
    ...canaryDifferences(service, owned, standing.canary),
    ...previousDifferences(service, owned, standing.previous),
    ...selectorDifference(service, owned, standing.service),
    ...shareDifference(service, owned, standing.route),
    ...minimumDifference(owned, standing.hpa),
  ]
}

function selectorDifference(service: Service, owned: Owned, object: JsonObject | null): readonly Difference[] {
  const allowed = owned.traffic.map((place) => selectorAt(service, owned, place))
  const found = selectorOf(object)
  const [wanted] = allowed
  if (!wanted || (object && allowed.some((selector) => sameLabels(selector, found)))) return []
  return [
    {
      field: 'selector',
      what: `the selector of Service "${service.serviceName}"`,
      wanted: writeLabels(wanted),
      found: object ? writeLabels(found) || 'empty' : GONE,
      object,
      path: ['f:spec', 'f:selector'],
    },
  ]
}

function shareDifference(service: Service, owned: Owned, route: JsonObject | null | undefined): readonly Difference[] {
  const router = weightedRouterOf(service)
  const [first] = owned.traffic
  if (!router || route === undefined || first === undefined) return []
  if (owned.traffic.some((place) => isShareAt(router, route, owned, place))) return []
  const pinned =
    owned.pin.weights === null
      ? 'as before the deployment'
      : `as before the deployment (${owned.pin.weights.join(' : ')})`
  const share = shareOf(router, route)
  return [
    {
      field: 'shares',
      what: `the share of the new version in ${router.title}`,
      wanted: typeof first === 'number' ? `${first} %` : pinned,
      found: route === null ? GONE : share === null ? 'not readable' : `${Math.round(share * 10) / 10} %`,
      object: route,
      path: router.ownedAt,
    },
  ]
}

function minimumDifference({ pin, hpaMinimum }: Owned, hpa: JsonObject | null | undefined): readonly Difference[] {
  const [first] = hpaMinimum
  // One that is gone leaves the pods as many as they are, and nothing of ours to be put back.
  if (!pin.hpa || first === undefined || !hpa) return []
  const { name, minReplicas: pinned } = pin.hpa
  const highest = numberAt(hpa, 'spec', 'maxReplicas') ?? pin.replicas
  const raised = Math.max(pinned, Math.min(pin.replicas, highest), 1)
  const minimumOf = (wanted: 'raised' | 'pinned') => (wanted === 'raised' ? raised : pinned)
  if (hpaMinimum.some((wanted) => minimumOf(wanted) === minReplicas(hpa))) return []
  return [
    {
      field: 'hpa-minimum',
      what: `the minimum of HorizontalPodAutoscaler "${name}"`,
      wanted: String(minimumOf(first)),
      found: String(minReplicas(hpa)),
      object: hpa,
      path: ['f:spec', 'f:minReplicas'],
    },
  ]
}
