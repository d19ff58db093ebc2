import { counted } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import type { Capacity, Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { describeExtra, extraLoad } from './extra-load.ts'
import { unreadPart } from './unread-part.ts'
import { bytes, cores } from './words.ts'
import { workloadMissing } from './workload-missing.ts'

export const roomForPods: Check = {
  name: 'room-for-pods',
  claim: 'the nodes have room for the extra pods at the peak',
  run: async ({ service, inspection, capacity }) => {
    const [seen, room] = await Promise.all([inspection(), capacity()])
    return judgeRoom(service, seen, room)
  },
}

/** In sum over the schedulable nodes; whether one pod fits on one node is the scheduler's to find. */
export function judgeRoom(service: Service, { workload }: Inspection, capacity: Capacity): CheckResult {
  const { headroom } = capacity
  if (!workload) return workloadMissing(service)
  const unread = unreadPart(capacity, 'headroom')
  if (unread) return unread
  const extra = extraLoad(service, workload)
  const short = [
    extra.pods > headroom.pods ? `${counted(extra.pods, 'pod')} of ${headroom.pods} free` : '',
    extra.cpu !== null && extra.cpu > headroom.cpu ? `${cores(extra.cpu)} of ${cores(headroom.cpu)} free` : '',
    extra.memory !== null && extra.memory > headroom.memory
      ? `${bytes(extra.memory)} of memory of ${bytes(headroom.memory)} free`
      : '',
  ].filter((part) => part !== '')
  if (short.length > 0) {
    const cold = extra.kept > 0 ? ', or set `keep: cold` in tminus.yml, which needs fewer' : ''
    return {
      status: 'fails',
      sentence: `The nodes have no room for ${describeExtra(extra)}: wanted ${short.join(', ')}. Add nodes or free some room${cold}.`,
    }
  }
  const room = `${describeExtra(extra)} fit: ${counted(headroom.pods, 'pod')}, ${cores(headroom.cpu)} and ${bytes(headroom.memory)} are free`
  const silent = [extra.cpu === null ? 'CPU' : '', extra.memory === null ? 'memory' : ''].filter((part) => part !== '')
  if (silent.length > 0) {
    return {
      status: 'warns',
      sentence: `Room cannot be reckoned for ${silent.join(' and ')}: a container of ${service.workload} requests none. Set its resources.requests.`,
      evidence: room,
    }
  }
  const want = [extra.cpu === null ? '' : cores(extra.cpu), extra.memory === null ? '' : bytes(extra.memory)]
  return { status: 'holds', sentence: `${room}; they request ${want.join(' and ')}.` }
}
