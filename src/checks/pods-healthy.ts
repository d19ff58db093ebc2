import type { PodSighting } from '../playbook/pods.ts'
import { counted } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { podLines } from './pod-lines.ts'
import { kubectl, some } from './words.ts'
import { workloadMissing } from './workload-missing.ts'

export const podsHealthy: Check = {
  name: 'pods-healthy',
  claim: 'every pod of the old version is ready and none is in trouble',
  run: async ({ service, inspection }) => judgePodsNow(service, await inspection()),
}

export function judgePodsNow(service: Service, { workload }: Inspection): CheckResult {
  if (!workload) return workloadMissing(service)
  const pods = workload.pods.filter((pod) => !pod.terminating)
  const evidence = podLines(pods)
  const sick = pods.filter((pod) => pod.trouble !== null)
  const first = sick[0]
  if (first) {
    return {
      status: 'fails',
      sentence: `${sick.length} of ${counted(pods.length, 'pod')} of ${service.workload} ${sick.length === 1 ? 'is' : 'are'} in trouble: ${some(sick.map(describe))}. A canary cannot be measured against a sick old version; look at ${kubectl(service, `describe pod ${first.name}`)} and mend it first.`,
      evidence,
    }
  }
  const unready = pods.filter((pod) => !pod.ready)
  if (unready.length > 0 || pods.length === 0) {
    const names = unready.length === 0 ? '' : `: ${some(unready.map((pod) => pod.name))}`
    return {
      status: 'not-yet',
      sentence: `${pods.length - unready.length} of ${counted(workload.replicas, 'pod')} of ${service.workload} ready${names === '' ? '' : `, not ready${names}`}. It clears when all are ready; see ${kubectl(service, 'get pods')}.`,
      evidence,
    }
  }
  const restarts = pods.reduce((sum, pod) => sum + pod.restarts, 0)
  return {
    status: 'holds',
    sentence: `${pods.length} of ${counted(pods.length, 'pod')} of ${service.workload} ready, ${restarts === 0 ? 'no restarts' : `${counted(restarts, 'restart')} since they were born`}.`,
    evidence,
  }
}

function describe(pod: PodSighting): string {
  return `${pod.name} ${pod.trouble ?? ''}${pod.restarts > 0 ? ` after ${counted(pod.restarts, 'restart')}` : ''}`
}
