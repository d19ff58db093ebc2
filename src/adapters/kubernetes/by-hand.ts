/** The way back as lines that a person types when the program cannot take it: the very values that are pinned. */
import type { Pin } from '../../playbook/deployment.ts'
import { kubectlOf } from '../../playbook/emergency.ts'
import type { Service } from '../../playbook/service.ts'
import type { JsonObject } from './json.ts'
import { slotLabels, slotName } from './names.ts'
import { restoredWeights } from './virtual-service.ts'

/** In order: traffic first, then the bad version's pods. `route`: the VirtualService, where there is one. */
export function wayBackByHand(
  service: Service,
  pin: Pin,
  replaced: boolean,
  route: JsonObject | null,
): readonly string[] {
  const kubectl = kubectlOf(service)
  const { workload } = service
  const selector = replaced ? slotLabels(workload, 'previous') : pin.serviceSelector
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
  const { router } = service
  if (router.kind !== 'istio') return []
  const places = route === null ? null : restoredWeights(service, router, route, pin.weights)
  if (places === null) return [`${kubectl} edit virtualservice ${router.virtualService}`]
  const patch = places.map(({ path, weight }) => ({ op: 'add', path, value: weight }))
  return [`${kubectl} patch virtualservice ${router.virtualService} --type=json -p '${JSON.stringify(patch)}'`]
}

function replace(path: string, value: unknown): string {
  return JSON.stringify([{ op: 'replace', path, value }])
}
