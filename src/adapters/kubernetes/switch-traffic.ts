/** Blue-green: everything moves from one full set of pods to the other by one write of the Service's selector. */
import type { Pin } from '../../playbook/deployment.ts'
import { previewServiceName } from '../../playbook/preview-service.ts'
import type { Service } from '../../playbook/service.ts'
import { ClusterError, type RealShares, type WriteContext } from '../../ports/cluster.ts'
import type { Connection } from './connection.ts'
import { slotLabels, slotName } from './names.ts'
import { countPreviewed } from './preview.ts'
import { wantedReplicas } from './rollout-state.ts'
import { deployments } from './target.ts'
import { readShares, selectAs } from './traffic.ts'

/**
 * 100: the Service selects the idle colour, if all of that stands ready behind the preview Service (else ClusterError
 * `late`). 0: the Service selects as pinned; the idle colour stays as it is. Nothing in between. A selector that is
 * neither of the two is somebody else's decision: `refused`.
 */
export async function routeBySwitch(
  connection: Connection,
  service: Service,
  pin: Pin,
  percent: number,
  context: WriteContext,
): Promise<RealShares> {
  if (percent > 0 && percent < 100) {
    throw new ClusterError('refused', `A switch gives all of the traffic or none, not ${percent} %.`)
  }
  const idle = slotLabels(service.workload, 'canary')
  if (percent >= 100) await needWholeIdle(connection, service, context.signal)
  await selectAs(connection, service, pin, percent >= 100 ? idle : pin.serviceSelector, idle, context)
  return readShares(connection, service, context.signal)
}

async function needWholeIdle(connection: Connection, service: Service, signal: AbortSignal): Promise<void> {
  const target = deployments(service.namespace, slotName(service.workload, 'canary'))
  const [deployment, addresses] = await Promise.all([
    connection.objects.read(target, signal),
    countPreviewed(connection, service, signal),
  ])
  const wanted = deployment ? wantedReplicas(deployment) : 0
  if (addresses > 0 && addresses >= wanted) return
  throw new ClusterError(
    'late',
    `${addresses} of ${wanted} pods of the new version are ready behind Service ${previewServiceName(service)}: traffic is not switched to it.`,
  )
}
