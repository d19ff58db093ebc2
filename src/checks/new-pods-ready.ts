import type { Deployment } from '../playbook/deployment.ts'
import { counted, fullStop } from '../playbook/sentence.ts'
import type { SlotState } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { podLines } from './pod-lines.ts'
import { kubectl, some } from './words.ts'

export const newPodsReady: Check = {
  name: 'new-pods-ready',
  claim: 'every pod of the new version is ready and none is in trouble',
  run: async ({ deployment, service, cluster, signal }) => {
    const { slots } = await cluster.look(service, signal)
    return judgeNewPods(deployment, deployment.settled ? slots.stable : slots.canary)
  },
}

export function judgeNewPods(deployment: Deployment, state: SlotState): CheckResult {
  const { version, plan } = deployment
  const pods = state.pods.filter((pod) => !pod.terminating)
  const evidence = podLines(pods)
  const sick = pods.filter((pod) => pod.trouble !== null)
  const first = sick[0]
  if (first) {
    const names = some(sick.map((pod) => `${pod.name} ${pod.trouble}`))
    return {
      status: 'fails',
      sentence: `${sick.length} of ${counted(state.wanted, `${version} pod`)} in trouble: ${names}. See ${kubectl(plan.service, `logs ${first.name} --previous`)}.`,
      evidence,
    }
  }
  if (state.stuck !== null)
    return { status: 'fails', sentence: `The rollout of ${version} is stuck: ${fullStop(state.stuck)}`, evidence }
  if (!state.exists || state.wanted === 0)
    return { status: 'fails', sentence: `There are no ${version} pods, though they should have traffic.`, evidence }
  if (!state.complete || state.ready < state.wanted) {
    return {
      status: 'not-yet',
      sentence: `${state.ready} of ${counted(state.wanted, `${version} pod`)} ready. It clears when all are.`,
      evidence,
    }
  }
  const restarts = pods.reduce((sum, pod) => sum + pod.restarts, 0)
  return {
    status: 'holds',
    sentence: `${state.ready} of ${counted(state.wanted, `${version} pod`)} ready, ${restarts === 0 ? 'no restarts' : counted(restarts, 'restart')}.`,
    evidence,
  }
}
