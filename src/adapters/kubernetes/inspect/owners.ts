/** Who else writes the workload: field managers, and GitOps tools by the marks they leave. */
import { isObject, type JsonObject, listAt, objectAt, textAt, textMapAt } from '../json.ts'
import { FIELD_MANAGER } from '../names.ts'

export interface Owner {
  readonly name: string
  readonly owns: string
}

/** The controller writes status and, for an HPA, replicas; neither is a person or tool that would undo us. */
const NOT_OWNERS = new Set([FIELD_MANAGER, 'kube-controller-manager'])

function fieldOwners(object: JsonObject): readonly Owner[] {
  return listAt(object, 'metadata', 'managedFields')
    .filter(isObject)
    .flatMap((entry) => {
      const name = textAt(entry, 'manager')
      if (name === undefined || NOT_OWNERS.has(name) || textAt(entry, 'subresource') === 'status') return []
      const spec = objectAt(entry, 'fieldsV1', 'f:spec')
      const owned = [
        ...('f:replicas' in spec ? ['spec.replicas'] : []),
        ...('f:template' in spec ? ['the pod template'] : []),
      ]
      return owned.length === 0 ? [] : [{ name, owns: owned.join(' and ') }]
    })
}

const LABELS: readonly (readonly [label: string, tool: string])[] = [
  ['argocd.argoproj.io/instance', 'Argo CD application'],
  ['kustomize.toolkit.fluxcd.io/name', 'Flux Kustomization'],
  ['helm.toolkit.fluxcd.io/name', 'Flux HelmRelease'],
]

function gitOpsOwners(object: JsonObject): readonly Owner[] {
  const labels = textMapAt(object, 'metadata', 'labels')
  const annotations = textMapAt(object, 'metadata', 'annotations')
  const tracking = annotations['argocd.argoproj.io/tracking-id']?.split(':')[0]
  const marked = LABELS.flatMap(([label, tool]) => {
    const value = labels[label] ?? annotations[label]
    return value === undefined ? [] : [`${tool} ${value}`]
  })
  const names = new Set([...(tracking === undefined ? [] : [`Argo CD application ${tracking}`]), ...marked])
  return [...names].map((name) => ({ name, owns: 'the whole object' }))
}

export function ownersOf(object: JsonObject): readonly Owner[] {
  return [...gitOpsOwners(object), ...fieldOwners(object)]
}
