/** Who else writes what a deployment is going to write or pin: field managers, and GitOps tools by the marks they leave. */
import type { Service } from '../../../playbook/service.ts'
import { isObject, type JsonObject, listAt, objectAt, textAt, textMapAt } from '../json.ts'
import { FIELD_MANAGER } from '../names.ts'
import type { WeightedRouter } from '../routers/weighted-router.ts'

export interface Owner {
  readonly name: string
  readonly owns: string
}

/** A place in the terms of managedFields, and what people call it. */
type Place = readonly [path: readonly string[], called: string]

/** The controller writes status and, for an HPA, replicas; neither is a person or tool that would undo us. */
const NOT_OWNERS = new Set([FIELD_MANAGER, 'kube-controller-manager'])

function fieldOwners(object: JsonObject, places: readonly Place[]): readonly Owner[] {
  return listAt(object, 'metadata', 'managedFields')
    .filter(isObject)
    .flatMap((entry) => {
      const name = textAt(entry, 'manager')
      if (name === undefined || NOT_OWNERS.has(name) || textAt(entry, 'subresource') === 'status') return []
      const owned = places.flatMap(([path, called]) => (has(objectAt(entry, 'fieldsV1'), path) ? [called] : []))
      return owned.length === 0 ? [] : [{ name, owns: owned.join(' and ') }]
    })
}

/** A leaf on the way stands for all beneath it. */
function has(fields: JsonObject, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined || Object.keys(fields).length === 0) return true
  const next = fields[key]
  return isObject(next) && has(next, rest)
}

const LABELS: readonly (readonly [label: string, tool: string])[] = [
  ['argocd.argoproj.io/instance', 'Argo CD application'],
  ['kustomize.toolkit.fluxcd.io/name', 'Flux Kustomization'],
  ['helm.toolkit.fluxcd.io/name', 'Flux HelmRelease'],
]

function gitOpsOwners(object: JsonObject): readonly string[] {
  const labels = textMapAt(object, 'metadata', 'labels')
  const annotations = textMapAt(object, 'metadata', 'annotations')
  const tracking = annotations['argocd.argoproj.io/tracking-id']?.split(':')[0]
  const marked = LABELS.flatMap(([label, tool]) => {
    const value = labels[label] ?? annotations[label]
    return value === undefined ? [] : [`${tool} ${value}`]
  })
  return [...new Set([...(tracking === undefined ? [] : [`Argo CD application ${tracking}`]), ...marked])]
}

/** Owners of the workload; `container`: the one whose image carries the version. */
export function ownersOf(workload: JsonObject, container: string): readonly Owner[] {
  const template = ['f:spec', 'f:template']
  const image = [...template, 'f:spec', 'f:containers', `k:{"name":"${container}"}`, 'f:image']
  const places: readonly Place[] = [
    [['f:spec', 'f:replicas'], 'spec.replicas'],
    [image, 'the image'],
    [template, 'the pod template'],
  ]
  const whole = gitOpsOwners(workload).map((name) => ({ name, owns: 'the whole object' }))
  return [...whole, ...fieldOwners(workload, places)]
}

export interface Surroundings {
  readonly front: JsonObject | null
  readonly router: WeightedRouter | null
  readonly route: JsonObject | null
  readonly hpa: JsonObject | null
}

/** Owners of what divides the traffic, and of the HPA's minimum. */
export function ownersAround(service: Service, { front, router, route, hpa }: Surroundings): readonly Owner[] {
  const owners = (object: JsonObject | null, path: readonly string[], called: string) =>
    object
      ? [...gitOpsOwners(object).map((name) => ({ name, owns: called })), ...fieldOwners(object, [[path, called]])]
      : []
  return [
    ...owners(front, ['f:spec', 'f:selector'], `the selector of Service "${service.serviceName}"`),
    ...(router ? owners(route, router.ownedAt, `the shares in ${router.title}`) : []),
    ...owners(hpa, ['f:spec', 'f:minReplicas'], `the minimum of HPA "${textAt(hpa, 'metadata', 'name') ?? ''}"`),
  ]
}
