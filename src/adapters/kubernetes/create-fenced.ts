/** Creating an object of ours, by a worker that may have been overtaken. */
import type { Service } from '../../playbook/service.ts'
import { ClusterError, type WriteContext } from '../../ports/cluster.ts'
import type { Connection } from './connection.ts'
import type { JsonObject } from './json.ts'
import type { Target } from './target.ts'
import { refuseIfOver } from './workload.ts'

/**
 * Null when one of that name is there already. A new object has no token to be checked with, so the workload is looked
 * at once more after its creation; ClusterError `fenced`, and the object gone again, when a newer decision stands there or the deployment is over.
 */
export async function createFenced(
  connection: Connection,
  service: Service,
  target: Target,
  wanted: JsonObject,
  context: WriteContext,
): Promise<JsonObject | null> {
  const created = await connection.objects.create(target, wanted, context)
  if (!created) return null
  try {
    await refuseIfOver(connection, service, context)
  } catch (error) {
    if (error instanceof ClusterError && error.kind === 'fenced') await connection.objects.remove(target, context)
    throw error
  }
  return created
}
