/** The canary's pods, taken away and given back: where pods alone divide the traffic, their number is the switch. */
import type { Service } from '../../playbook/service.ts'
import type { WriteContext } from '../../ports/cluster.ts'
import { isStatus } from './api-failure.ts'
import type { Connection } from './connection.ts'
import { textAt, withAt } from './json.ts'
import { slotName } from './names.ts'
import { wantedReplicas } from './rollout-state.ts'
import { deployments } from './target.ts'

/** Annotation of a canary whose pods were taken away for a while: how many it had. */
export const PODS_ANNOTATION = 'tminus.dev/pods'

const AT = ['metadata', 'annotations', PODS_ANNOTATION]
const REPLICAS = ['spec', 'replicas']

/** No canary pods, for good. The token is left also where there were none. */
export async function emptyCanary(connection: Connection, service: Service, context: WriteContext): Promise<void> {
  const target = deployments(service.namespace, slotName(service.workload, 'canary'))
  try {
    await connection.objects.edit(
      target,
      context,
      (current) => (wantedReplicas(current) === 0 ? current : withAt(current, REPLICAS, 0)),
      { fromMemory: true, alwaysStamp: true },
    )
  } catch (error) {
    if (!isStatus(error, 404)) throw error
  }
}

/** No canary pods for now; the number is kept on the Deployment. */
export async function withdrawCanary(connection: Connection, service: Service, context: WriteContext): Promise<void> {
  const target = deployments(service.namespace, slotName(service.workload, 'canary'))
  try {
    await connection.objects.edit(target, context, (current) => {
      const pods = wantedReplicas(current)
      return pods === 0 ? current : withAt(withAt(current, REPLICAS, 0), AT, String(pods))
    })
  } catch (error) {
    if (!isStatus(error, 404)) throw error
  }
}

/** The pods that were taken away for a while are wanted again; nothing happens where none were. */
export async function returnCanary(connection: Connection, service: Service, context: WriteContext): Promise<void> {
  const target = deployments(service.namespace, slotName(service.workload, 'canary'))
  await connection.objects.edit(target, context, (current) => {
    const pods = Number(textAt(current, ...AT) ?? Number.NaN)
    if (!Number.isInteger(pods) || pods <= 0) return current
    return withAt(withAt(current, REPLICAS, pods), AT, undefined)
  })
}
