/** What the nodes have to give: their load, and the room that the pods of the whole cluster leave. */
import type { Service } from '../../../playbook/service.ts'
import type { Capacity } from '../../../ports/cluster.ts'
import { isStatus } from '../api-failure.ts'
import type { Connection } from '../connection.ts'
import { type JsonObject, objectAt } from '../json.ts'
import { allPods, deployments, nodeMetrics, nodes } from '../target.ts'
import { templateOf } from '../traffic.ts'
import { nodeLoads, roomLeft } from './nodes.ts'
import { type Parts, partsOf } from './parts.ts'

/** Parts that cannot be read are named in `unread`, and are then as if there were nothing. */
export async function readCapacity(connection: Connection, service: Service, signal: AbortSignal): Promise<Capacity> {
  const { part, list, brief, unread } = partsOf(connection, signal)
  const nodesRead = list(nodes)
  nodesRead.catch(() => undefined)
  const [nodeLoad, headroom] = await Promise.all([
    part('node load', null, () => readNodeLoad(nodesRead, list)),
    part('headroom', { cpu: 0, memory: 0, pods: 0 }, async () => {
      const target = deployments(service.namespace, service.workload)
      const [there, pods, workload] = await Promise.all([
        nodesRead,
        list(allPods),
        connection.objects.read(target, brief),
      ])
      return roomLeft(there, pods, workload ? objectAt(templateOf(workload), 'spec') : {})
    }),
  ])
  return { nodeLoad, headroom, unread }
}

/** Null when the metrics API is absent: unknown, not bad. */
async function readNodeLoad(
  nodesRead: Promise<readonly JsonObject[]>,
  list: Parts['list'],
): Promise<Capacity['nodeLoad']> {
  try {
    const metrics = await list(nodeMetrics)
    return nodeLoads(await nodesRead, metrics)
  } catch (error) {
    // 503: the API is registered, its server is not there.
    if (isStatus(error, 404) || isStatus(error, 503)) return null
    throw error
  }
}
