/** The container whose image carries the version, in a pod template. */

import type { Service } from '../../playbook/service.ts'
import { ClusterError } from '../../ports/cluster.ts'
import { isObject, type JsonObject, listAt, textAt, withAt } from './json.ts'

export function containerNames(template: JsonObject): readonly string[] {
  return listAt(template, 'spec', 'containers').map((container) => textAt(container, 'name') ?? '')
}

/**
 * Name of the version's container: the one named in the catalogue, else the only one, else the one named like the
 * workload. Throws ClusterError `refused` when there is none.
 */
export function versionContainer(service: Service, template: JsonObject): string {
  const names = containerNames(template)
  const only = names.length === 1 ? names[0] : undefined
  const wanted = service.container ?? only ?? service.workload
  if (names.includes(wanted)) return wanted
  throw new ClusterError(
    'refused',
    `The pod template of ${service.workload} has no container "${wanted}"; it has ${names.join(', ') || 'none'}.`,
  )
}

/** Image of a container; undefined when it is not there. */
export function imageOf(template: JsonObject, container: string): string | undefined {
  const found = listAt(template, 'spec', 'containers').find((row) => textAt(row, 'name') === container)
  return textAt(found, 'image')
}

export function withImage(template: JsonObject, container: string, image: string): JsonObject {
  const containers = listAt(template, 'spec', 'containers').map((row) =>
    isObject(row) && textAt(row, 'name') === container ? { ...row, image } : row,
  )
  return withAt(template, ['spec', 'containers'], containers)
}
