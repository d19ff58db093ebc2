import type { Capacity } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { unreadPart } from './unread-part.ts'
import { percent, some } from './words.ts'

/** Above these a node is busy: load of its allocatable CPU and memory, 0..1. */
const BUSY_CPU = 0.8
const BUSY_MEMORY = 0.85

export const nodeLoad: Check = {
  name: 'node-load',
  claim: 'the nodes are not overloaded',
  run: async ({ capacity }) => judgeNodeLoad(await capacity()),
}

export function judgeNodeLoad(capacity: Capacity): CheckResult {
  const unread = unreadPart(capacity, 'node load')
  if (unread) return unread
  const { nodeLoad: nodes } = capacity
  if (nodes === null || nodes.length === 0)
    return { status: 'unknown', sentence: 'Node load is not known: the cluster has no metrics API (metrics-server).' }
  const busy = nodes.filter((row) => row.cpu > BUSY_CPU || row.memory > BUSY_MEMORY)
  const evidence = nodes.map(describe).join('\n')
  const limits = `above ${percent(BUSY_CPU)} CPU or ${percent(BUSY_MEMORY)} memory`
  if (busy.length === nodes.length) {
    return {
      status: 'fails',
      sentence: `${nodes.length === 1 ? 'The only node is' : `All ${nodes.length} nodes are`} overloaded, ${limits}: ${some(busy.map(describe))}. Add nodes or take load away, then try again.`,
      evidence,
    }
  }
  if (busy.length > 0) {
    return {
      status: 'warns',
      sentence: `${busy.length} of ${nodes.length} nodes ${busy.length === 1 ? 'is' : 'are'} busy, ${limits}: ${some(busy.map(describe))}.`,
      evidence,
    }
  }
  const most = (of: 'cpu' | 'memory') => percent(Math.max(...nodes.map((row) => row[of])))
  return {
    status: 'holds',
    sentence: `${nodes.length === 1 ? 'The only node has' : `${nodes.length} nodes have at most`} ${most('cpu')} CPU and ${most('memory')} memory in use.`,
    evidence,
  }
}

function describe({ node, cpu, memory }: { node: string; cpu: number; memory: number }): string {
  return `${node} CPU ${percent(cpu)}, memory ${percent(memory)}`
}
