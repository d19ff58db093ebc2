/** The scheduler: the node with the fewest pods among those that a pod fits on. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import type { Node } from '../store/kube-objects.ts'
import type { Pod } from '../store/pod-objects.ts'
import { parseQuantity } from '../store/quantities.ts'
import { withCondition } from './conditions.ts'
import { type NodeLoad, requestOf } from './node-loads.ts'
import type { RecordEvent } from './record-event.ts'

const SOURCE = { component: 'default-scheduler' }

/** The pod on its node, or undefined when it fits nowhere (which the pod's condition and an event then say). */
export function schedulePod(
  context: ClusterContext,
  record: RecordEvent,
  loadOf: (node: string) => NodeLoad,
  pod: Pod,
): Pod | undefined {
  const now = timestamp(context.clock.now())
  const nodes = context.store.list('nodes')
  const node = leastLoaded(
    nodes.filter((candidate) => fits(candidate, loadOf(candidate.metadata.name), pod)),
    loadOf,
  )
  if (!node) {
    const message = `0/${nodes.length} nodes are available: ${nodes.length} Insufficient cpu or memory. preemption: not eligible.`
    const condition = { type: 'PodScheduled', status: 'False' as const, reason: 'Unschedulable', message }
    const conditions = withCondition(pod.status?.conditions, condition, now)
    context.store.put('pods', { ...pod, status: { phase: 'Pending', ...pod.status, conditions } })
    record(SOURCE, pod, { type: 'Warning', reason: 'FailedScheduling', message })
    return undefined
  }
  const conditions = withCondition(pod.status?.conditions, { type: 'PodScheduled', status: 'True' }, now)
  const scheduled = context.store.put('pods', {
    ...pod,
    spec: { ...pod.spec, nodeName: node.metadata.name },
    status: { phase: 'Pending', ...pod.status, conditions },
  })
  const name = `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`
  const message = `Successfully assigned ${name} to ${node.metadata.name}`
  record(SOURCE, scheduled, { type: 'Normal', reason: 'Scheduled', message })
  return scheduled
}

function leastLoaded(nodes: readonly Node[], loadOf: (node: string) => NodeLoad): Node | undefined {
  const pods = (node: Node) => loadOf(node.metadata.name).pods
  return nodes.reduce<Node | undefined>((best, node) => (best && pods(best) <= pods(node) ? best : node), undefined)
}

function fits(node: Node, load: NodeLoad, pod: Pod): boolean {
  if (node.spec?.unschedulable === true) return false
  const allocatable = node.status?.allocatable ?? {}
  if (load.pods + 1 > (parseQuantity(allocatable.pods) ?? 110)) return false
  return (['cpu', 'memory'] as const).every((resource) => {
    const limit = parseQuantity(allocatable[resource])
    return limit === undefined || load[resource] + requestOf(pod, resource) <= limit
  })
}
