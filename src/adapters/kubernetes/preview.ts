/** The preview Service of a blue-green deployment: leads to the idle colour, and to nothing else. Ours from start to end. */
import { previewServiceName } from '../../playbook/preview-service.ts'
import type { Service } from '../../playbook/service.ts'
import { ClusterError, type WriteContext } from '../../ports/cluster.ts'
import type { Connection } from './connection.ts'
import { createFenced } from './create-fenced.ts'
import { isObject, type JsonObject, listAt, textAt, textMapAt, withAt } from './json.ts'
import { SLOT_LABEL, slotLabels, WORKLOAD_LABEL } from './names.ts'
import { slicesOf } from './scene.ts'
import { routedPods } from './shares.ts'
import { describeTarget, services, type Target } from './target.ts'

export function previewTarget(service: Service): Target {
  return services(service.namespace, previewServiceName(service))
}

/** Of a port, what is not about this one Service's place in the network. */
const PORT_FIELDS = ['name', 'port', 'protocol', 'targetPort', 'appProtocol']

/** With the ports of the Service in front, so that the same paths work; inside the cluster only. */
export function previewService(service: Service, front: JsonObject | null): JsonObject {
  const labels = slotLabels(service.workload, 'canary')
  const ports = listAt(front, 'spec', 'ports').map((port) =>
    Object.fromEntries(Object.entries(isObject(port) ? port : {}).filter(([key]) => PORT_FIELDS.includes(key))),
  )
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: previewServiceName(service),
      namespace: service.namespace,
      labels: { ...labels, 'app.kubernetes.io/managed-by': 'tminus' },
    },
    spec: { type: 'ClusterIP', selector: labels, ports },
  }
}

/** Is this Service the preview we made for this workload? */
export function isOurPreview(service: Service, object: JsonObject): boolean {
  const labels = textMapAt(object, 'metadata', 'labels')
  const ours = slotLabels(service.workload, 'canary')
  return labels[SLOT_LABEL] === ours[SLOT_LABEL] && labels[WORKLOAD_LABEL] === ours[WORKLOAD_LABEL]
}

/** Throws ClusterError: `refused` where somebody else's Service has that name. */
export async function ensurePreview(connection: Connection, service: Service, context: WriteContext): Promise<void> {
  const target = previewTarget(service)
  const front = await connection.objects.read(services(service.namespace, service.serviceName), context.signal)
  const wanted = previewService(service, front)
  const known = await connection.objects.read(target, context.signal)
  if (!known && (await createFenced(connection, service, target, wanted, context))) return
  await connection.objects.edit(target, context, (current) => {
    if (!isOurPreview(service, current)) {
      throw new ClusterError('refused', `${describeTarget(target)} exists and is not the bot's: it is left alone.`)
    }
    if (textAt(current, 'metadata', 'deletionTimestamp') !== undefined) {
      throw new ClusterError('late', `${describeTarget(target)} of an earlier deployment is still being deleted.`)
    }
    return withAt(current, ['spec', 'selector'], slotLabels(service.workload, 'canary'))
  })
}

/** Ready addresses behind the preview Service. */
export async function countPreviewed(connection: Connection, service: Service, signal: AbortSignal): Promise<number> {
  return routedPods(await slicesOf(connection, service, previewServiceName(service), signal)).size
}

/** Nothing happens where there is none, or where it is not ours. */
export async function removePreview(connection: Connection, service: Service, context: WriteContext): Promise<void> {
  if (service.router.kind !== 'switch') return
  const target = previewTarget(service)
  const known = await connection.objects.read(target, context.signal)
  if (known && isOurPreview(service, known)) await connection.objects.remove(target, context)
}
