/** Load of the nodes, and room on those that would take a pod of the workload. */
import { type JsonObject, listAt, objectAt, textAt, textMapAt } from '../json.ts'
import { parseQuantity } from '../quantity.ts'
import { takenByPod } from './pod-requests.ts'

export interface Room {
  readonly cpu: number
  readonly memory: number
  readonly pods: number
}

function allocatable(node: JsonObject, resource: string): number {
  return parseQuantity(objectAt(node, 'status', 'allocatable')[resource]) ?? 0
}

/** Load by node, 0..1 of allocatable. Nodes without numbers are left out. */
export function nodeLoads(nodes: readonly JsonObject[], metrics: readonly JsonObject[]) {
  const byName = new Map(nodes.map((node) => [textAt(node, 'metadata', 'name'), node]))
  return metrics.flatMap((row) => {
    const name = textAt(row, 'metadata', 'name')
    const node = byName.get(name)
    const load = (resource: string) => {
      const used = parseQuantity(objectAt(row, 'usage')[resource])
      const room = node ? allocatable(node, resource) : 0
      return used === undefined || room <= 0 ? undefined : used / room
    }
    const [cpu, memory] = [load('cpu'), load('memory')]
    return name === undefined || cpu === undefined || memory === undefined ? [] : [{ node: name, cpu, memory }]
  })
}

function tolerates(podSpec: JsonObject, taint: unknown): boolean {
  const [key, value, effect] = ['key', 'value', 'effect'].map((name) => textAt(taint, name))
  return listAt(podSpec, 'tolerations').some((toleration) => {
    const sameEffect = textAt(toleration, 'effect') === undefined || textAt(toleration, 'effect') === effect
    const exists = textAt(toleration, 'operator') === 'Exists'
    const anyKey = exists && textAt(toleration, 'key') === undefined
    const sameKey = textAt(toleration, 'key') === key && (exists || textAt(toleration, 'value') === value)
    return sameEffect && (anyKey || sameKey)
  })
}

/** Would the scheduler put a pod of this spec on the node, as far as readiness, cordons, taints and nodeSelector go? */
function isOpen(node: JsonObject, podSpec: JsonObject): boolean {
  if (objectAt(node, 'spec').unschedulable === true) return false
  const ready = listAt(node, 'status', 'conditions').some(
    (row) => textAt(row, 'type') === 'Ready' && textAt(row, 'status') === 'True',
  )
  const shut = listAt(node, 'spec', 'taints').some(
    (taint) => textAt(taint, 'effect') !== 'PreferNoSchedule' && !tolerates(podSpec, taint),
  )
  const labels = textMapAt(node, 'metadata', 'labels')
  const chosen = Object.entries(textMapAt(podSpec, 'nodeSelector')).every(([key, value]) => labels[key] === value)
  return ready && !shut && chosen
}

/** Allocatable of the open nodes less what their pods ask for: cores, bytes, pods. */
export function roomLeft(nodes: readonly JsonObject[], pods: readonly JsonObject[], podSpec: JsonObject): Room {
  const open = nodes.filter((node) => isOpen(node, podSpec))
  const names = new Set(open.map((node) => textAt(node, 'metadata', 'name')))
  const there = pods.filter((pod) => {
    const phase = textAt(pod, 'status', 'phase')
    return names.has(textAt(pod, 'spec', 'nodeName')) && phase !== 'Succeeded' && phase !== 'Failed'
  })
  const sum = (resource: string) => open.reduce((total, node) => total + allocatable(node, resource), 0)
  const taken = (resource: 'cpu' | 'memory') =>
    there.reduce((total, pod) => total + takenByPod(objectAt(pod, 'spec'), resource), 0)
  return { cpu: sum('cpu') - taken('cpu'), memory: sum('memory') - taken('memory'), pods: sum('pods') - there.length }
}
