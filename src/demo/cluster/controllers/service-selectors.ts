/** Which Services a pod's labels belong to, looked up by one label of each selector instead of by asking every Service. */
import type { Service } from '../store/kube-objects.ts'
import type { StringMap } from '../store/object-meta.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { hasLabels } from '../store/selectors.ts'

export type ServicesBehind = (namespace: string, labels: StringMap | undefined) => readonly Service[]

/** The label under which a Service is found; undefined when it selects nothing. */
function firstTerm({ metadata, spec }: Service): string | undefined {
  const [term] = Object.entries(spec.selector ?? {})
  return term && `${metadata.namespace ?? ''}/${term.join('=')}`
}

export function trackServiceSelectors(store: ObjectStore): ServicesBehind {
  const byTerm = new Map<string, Map<string, Service>>()
  store.subscribe(({ type, resource, object, previous }) => {
    if (resource !== 'services') return
    const before = previous && firstTerm(previous as Service)
    if (before !== undefined) byTerm.get(before)?.delete(object.metadata.name)
    const term = firstTerm(object as Service)
    if (type === 'DELETED' || term === undefined) return
    const services = byTerm.get(term) ?? new Map<string, Service>()
    byTerm.set(term, services.set(object.metadata.name, object as Service))
  })
  return (namespace, labels = {}) =>
    Object.entries(labels).flatMap((label) => {
      const candidates = byTerm.get(`${namespace}/${label.join('=')}`)?.values() ?? []
      return [...candidates].filter(({ spec }) => hasLabels(labels, spec.selector ?? {}))
    })
}
