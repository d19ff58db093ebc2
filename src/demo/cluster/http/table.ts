/** Lists as the tables that `kubectl get` prints. */
import type { ClusterContext } from '../cluster-context.ts'
import type { KubeObject } from '../store/object-meta.ts'
import type { ResourceDefinition } from '../store/resources.ts'
import { columnsOf } from './table-columns.ts'

export function wantsTable(accept: string): boolean {
  return accept.split(',').some((part) => part.includes('as=Table') && part.includes('g=meta.k8s.io'))
}

export function asTable(
  context: ClusterContext,
  definition: ResourceDefinition,
  objects: readonly KubeObject[],
  resourceVersion: string,
) {
  const columns = columnsOf(definition.plural)
  const now = context.clock.now()
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion },
    columnDefinitions: columns.map(({ name, priority = 0 }) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: name,
      priority,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, now)),
      object: {
        kind: 'PartialObjectMetadata',
        apiVersion: 'meta.k8s.io/v1',
        metadata: object.metadata,
      },
    })),
  }
}

/** `45s`, `3m20s`, `5h`, `2d`: a duration as kubectl writes an age. */
export function age(since: string | undefined, now: number): string {
  if (since === undefined) return '<unknown>'
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000))
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`
}
