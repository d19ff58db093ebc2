/** Lists as the tables that `kubectl get` prints. */
import type { ClusterContext } from '../cluster-context.ts'
import type { KubeObject } from '../store/object-meta.ts'
import type { ResourceDefinition } from '../store/resources.ts'
import { columnsOf } from './table-columns.ts'

export function wantsTable(accept: string): boolean {
  return accept.split(',').some((part) => part.includes('as=Table') && part.includes('g=meta.k8s.io'))
}

/** Everything but the content: for those who may know that an object changed, and need not read it. */
export function wantsMetadata(accept: string): boolean {
  return accept.split(',').some((part) => part.includes('as=PartialObjectMetadata') && part.includes('g=meta.k8s.io'))
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
