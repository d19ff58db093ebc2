/** The way back as lines that a person types when the program cannot take it: the very values that are pinned. */
import type { Pin } from '../../playbook/deployment.ts'
import { kubectlOf } from '../../playbook/emergency.ts'
import type { Service } from '../../playbook/service.ts'
import type { JsonObject } from './json.ts'
import { keptSelector } from './kept-selector.ts'
import { slotName } from './names.ts'
import { weightedRouterOf } from './routers/router-of.ts'

/** In order: traffic first, then the bad version's pods. `route`: the object that carries the shares, where there is one. */
export function wayBackByHand(
  service: Service,
  pin: Pin,
  replaced: boolean,
  route: JsonObject | null,
): readonly string[] {
  const kubectl = kubectlOf(service)
  const { workload } = service
  const selector = replaced ? keptSelector(service) : pin.serviceSelector
  return [
    ...(replaced ? [`${kubectl} scale deployment ${slotName(workload, 'previous')} --replicas=${pin.replicas}`] : []),
    `${kubectl} patch service ${service.serviceName} --type=json -p '${replace('/spec/selector', selector)}'`,
    ...weightLines(service, kubectl, pin, route),
    replaced
      ? `${kubectl} rollout undo deployment/${workload}`
      : `${kubectl} scale deployment ${slotName(workload, 'canary')} --replicas=0`,
  ]
}

function weightLines(service: Service, kubectl: string, pin: Pin, route: JsonObject | null): readonly string[] {
  const router = weightedRouterOf(service)
  if (!router || (router.passing && route === null)) return []
  const object = `${router.kind.resource.replace(/s$/, '')} ${router.name}`
  const places = route === null ? null : router.pinnedPlaces(route, pin)
  if (places === null) return [`${kubectl} edit ${object}`]
  const patch = places.map((place) => ({ op: 'add', ...place }))
  return [`${kubectl} patch ${object} --type=json -p '${JSON.stringify(patch)}'`]
}

function replace(path: string, value: unknown): string {
  return JSON.stringify([{ op: 'replace', path, value }])
}
