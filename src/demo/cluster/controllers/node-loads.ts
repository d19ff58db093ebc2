/** How full each node is, kept up to date with every change of a pod: the scheduler asks for each pod it places. */
import type { ObjectStore } from '../store/object-store.ts'
import type { Pod } from '../store/pod-objects.ts'
import { parseQuantity } from '../store/quantities.ts'

export interface NodeLoad {
  readonly pods: number
  /** Requested cores. */
  readonly cpu: number
  /** Requested bytes. */
  readonly memory: number
}

const EMPTY: NodeLoad = { pods: 0, cpu: 0, memory: 0 }

/** What a pod's containers ask for together, in cores or bytes. */
export function requestOf(pod: Pod, resource: 'cpu' | 'memory'): number {
  return pod.spec.containers.reduce(
    (sum, { resources }) => sum + (parseQuantity(resources?.requests?.[resource]) ?? 0),
    0,
  )
}

export function trackNodeLoads(store: ObjectStore): (node: string) => NodeLoad {
  const loads = new Map<string, NodeLoad>()
  const count = (pod: Pod, sign: 1 | -1) => {
    const node = pod.spec.nodeName
    if (node === undefined) return
    const { pods, cpu, memory } = loads.get(node) ?? EMPTY
    loads.set(node, {
      pods: pods + sign,
      cpu: cpu + sign * requestOf(pod, 'cpu'),
      memory: memory + sign * requestOf(pod, 'memory'),
    })
  }
  store.subscribe(({ type, resource, object, previous }) => {
    if (resource !== 'pods') return
    if (previous) count(previous as Pod, -1)
    if (type !== 'DELETED') count(object as Pod, 1)
  })
  return (node) => loads.get(node) ?? EMPTY
}
