/** What metrics-server would say: made up from each pod's requests, steady, and the same in every run. */
import { type ClusterContext, timestamp } from './cluster-context.ts'
import type { Node } from './store/kube-objects.ts'
import type { Container, Pod } from './store/pod-objects.ts'
import { kibibytes, millicores, parseQuantity } from './store/quantities.ts'
import { fnv32a } from './store/seeded-names.ts'

const WINDOW_MS = 15_000
const IDLE_NODE = { cpu: 0.12, memory: 600 * 2 ** 20 } as const

interface Usage {
  readonly cpu: number
  readonly memory: number
}

/** 35 to 60 % of the requested cpu and 50 to 70 % of the memory, wandering a little with time. */
function usageOf({ clock }: ClusterContext, pod: Pod, container: Container): Usage {
  const wander = Math.floor(clock.now() / WINDOW_MS)
  const draw = (what: string) => (fnv32a(`${pod.metadata.uid}/${container.name}/${what}/${wander}`) % 1000) / 1000
  const cpu = parseQuantity(container.resources?.requests?.cpu) ?? 0.1
  const memory = parseQuantity(container.resources?.requests?.memory) ?? 128 * 2 ** 20
  return { cpu: cpu * (0.35 + 0.25 * draw('cpu')), memory: memory * (0.5 + 0.2 * draw('memory')) }
}

function asQuantities({ cpu, memory }: Usage) {
  return { cpu: millicores(cpu), memory: kibibytes(memory) }
}

function running(pod: Pod): boolean {
  return (pod.status?.containerStatuses ?? []).some(({ state }) => state.running)
}

/** A PodMetrics object; undefined for a pod that does not run. */
export function podMetrics(context: ClusterContext, pod: Pod) {
  if (!running(pod)) return undefined
  const { name, namespace, labels = {}, creationTimestamp } = pod.metadata
  return {
    kind: 'PodMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: { name, namespace, labels, creationTimestamp },
    timestamp: timestamp(context.clock.now()),
    window: '15s',
    containers: pod.spec.containers.map((container) => ({
      name: container.name,
      usage: asQuantities(usageOf(context, pod, container)),
    })),
  }
}

/** A NodeMetrics object: what its pods use together, and a little of its own. */
export function nodeMetrics(context: ClusterContext, node: Node) {
  const pods = context.store.list('pods').filter((pod) => pod.spec.nodeName === node.metadata.name && running(pod))
  const usages = pods.flatMap((pod) => pod.spec.containers.map((container) => usageOf(context, pod, container)))
  const usage = usages.reduce<Usage>(
    (sum, { cpu, memory }) => ({ cpu: sum.cpu + cpu, memory: sum.memory + memory }),
    IDLE_NODE,
  )
  return {
    kind: 'NodeMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: {
      name: node.metadata.name,
      labels: node.metadata.labels ?? {},
      creationTimestamp: node.metadata.creationTimestamp,
    },
    timestamp: timestamp(context.clock.now()),
    window: '15s',
    usage: asQuantities(usage),
  }
}
