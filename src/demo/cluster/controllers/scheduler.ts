/** The scheduler: the node with the fewest pods among those that a pod fits on. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import type { Node } from '../store/kube-objects.ts'
import type { Pod } from '../store/pod-objects.ts'
import { parseQuantity } from '../store/quantities.ts'
import { withCondition } from './conditions.ts'
import type { RecordEvent } from './record-event.ts'

const SOURCE = { component: 'default-scheduler' }

/** The pod on its node, or undefined when it fits nowhere (which the pod's condition and an event then say). */
export function schedulePod(context: ClusterContext, record: RecordEvent, pod: Pod): Pod | undefined {
  const now = timestamp(context.clock.now())
  const nodes = context.store.list('nodes')
  const placed = placedPods(context)
  const fitting = nodes.filter((node) => fits(node, placed.get(node.metadata.name) ?? [], pod))
  const busy = (node: Node) => placed.get(node.metadata.name)?.length ?? 0
  const node = [...fitting].sort((a, b) => busy(a) - busy(b))[0]
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

function placedPods({ store }: ClusterContext): ReadonlyMap<string, readonly Pod[]> {
  const placed = new Map<string, Pod[]>()
  for (const pod of store.list('pods')) {
    if (pod.spec.nodeName === undefined) continue
    const list = placed.get(pod.spec.nodeName) ?? []
    list.push(pod)
    placed.set(pod.spec.nodeName, list)
  }
  return placed
}

/** What a pod's containers ask for together, in cores or bytes. */
export function requestOf(pod: Pod, resource: 'cpu' | 'memory'): number {
  return pod.spec.containers.reduce(
    (sum, { resources }) => sum + (parseQuantity(resources?.requests?.[resource]) ?? 0),
    0,
  )
}

function fits(node: Node, placed: readonly Pod[], pod: Pod): boolean {
  if (node.spec?.unschedulable === true) return false
  const allocatable = node.status?.allocatable ?? {}
  if (placed.length + 1 > (parseQuantity(allocatable.pods) ?? 110)) return false
  return (['cpu', 'memory'] as const).every((resource) => {
    const limit = parseQuantity(allocatable[resource])
    const asked = placed.reduce((sum, other) => sum + requestOf(other, resource), requestOf(pod, resource))
    return limit === undefined || asked <= limit
  })
}
