/** The way back as lines that a person types when the program cannot take it: the very values that are pinned. */
import type { Pin, PinnedRollout } from '../../playbook/deployment.ts'
import { kubectlOf } from '../../playbook/emergency.ts'
import type { Service } from '../../playbook/service.ts'
import type { JsonObject } from './json.ts'
import { keptSelector } from './kept-selector.ts'
import { slotName } from './names.ts'
import { oldPodsOnly } from './rolling/rolling-traffic.ts'
import { weightedRouterOf } from './routers/router-of.ts'
import { writeLabels } from './selectors.ts'

/** In order: traffic first, then the bad version's pods. `route`: the object that carries the shares, where there is one. */
export function wayBackByHand(
  service: Service,
  pin: Pin,
  replaced: boolean,
  route: JsonObject | null,
): readonly string[] {
  const kubectl = kubectlOf(service)
  const { workload } = service
  if (pin.rollout) return inPlaceByHand(service, kubectl, pin, pin.rollout)
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

/**
 * The old template first, in one patch, since `rollout undo` refuses what is paused; new pods leave the traffic once old
 * ones can take it; at the end all as it was.
 */
function inPlaceByHand(service: Service, kubectl: string, pin: Pin, rollout: PinnedRollout): readonly string[] {
  const { workload, serviceName } = service
  const old = oldPodsOnly(pin, rollout)
  const set = (field: string, value: unknown) => ({ op: 'add', path: `/spec/${field}`, value })
  const { strategy, minReadySeconds = 0, progressDeadlineSeconds = 600, paused = false } = rollout.spec
  const back = [
    set('template', pin.template),
    set('strategy', { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } }),
    set('minReadySeconds', minReadySeconds),
    set('progressDeadlineSeconds', progressDeadlineSeconds),
    set('paused', false),
  ]
  const asBefore = [set('strategy', strategy), set('paused', paused)]
  const patch = (what: string, operations: readonly unknown[]) =>
    `${kubectl} patch ${what} --type=json -p ${quoted(JSON.stringify(operations))}`
  return [
    patch(`deployment ${workload}`, back),
    `${kubectl} wait pods -l ${writeLabels(old)} --for=condition=Ready --timeout=60s`,
    patch(`service ${serviceName}`, [set('selector', old)]),
    `${kubectl} rollout status deployment/${workload}`,
    patch(`service ${serviceName}`, [set('selector', pin.serviceSelector)]),
    patch(`deployment ${workload}`, asBefore),
  ]
}

/** As a POSIX shell reads it back. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
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
