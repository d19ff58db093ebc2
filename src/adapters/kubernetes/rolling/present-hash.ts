/** The label that the Deployment controller gave the pods of the present template: read, never computed. */
import { ClusterError } from '../../../ports/cluster.ts'
import type { Connection } from '../connection.ts'
import { type JsonObject, objectAt, sameJson, textAt, withAt } from '../json.ts'
import { HASH_LABEL } from '../names.ts'
import { controllerUid } from '../scene.ts'
import { selectorQuery } from '../selectors.ts'
import { replicaSets } from '../target.ts'
import { templateOf } from '../traffic.ts'

export async function readReplicaSets(
  connection: Connection,
  namespace: string,
  workload: JsonObject,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const labelSelector = selectorQuery(objectAt(workload, 'spec', 'selector'))
  const { items } = await connection.api.list(replicaSets(namespace), { query: { labelSelector }, signal })
  return items.filter((set) => controllerUid(set) === textAt(workload, 'metadata', 'uid'))
}

/** Throws ClusterError `late` while the controller has not made a ReplicaSet of the present template. */
export function presentHash(workload: JsonObject, sets: readonly JsonObject[]): string {
  const template = templateOf(workload)
  const present = sets.find((set) => sameJson(withoutHash(templateOf(set)), withoutHash(template)))
  const hash = textAt(present, 'metadata', 'labels', HASH_LABEL)
  if (hash !== undefined) return hash
  throw new ClusterError('late', 'The pods of the present version cannot be told by their ReplicaSet yet.')
}

function withoutHash(template: JsonObject): JsonObject {
  return withAt(template, ['metadata', 'labels', HASH_LABEL], undefined)
}
