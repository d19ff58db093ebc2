import { versionOf } from '../playbook/image.ts'
import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { count, fullStop, kubectl, some } from './words.ts'

export const workloadComplete: Check = {
  name: 'workload-complete',
  claim: 'the workload exists, its last rollout is complete, and it runs another version',
  run: async ({ service, deployment, inspection }) => judgeWorkload(service, deployment.version, await inspection()),
}

/** Finds out `fromVersion`, what the workload runs now. */
export function judgeWorkload(service: Service, version: string, { workload }: Inspection): CheckResult {
  const name = `Deployment ${service.namespace}/${service.workload}`
  if (!workload) {
    return {
      status: 'fails',
      sentence: `${name} does not exist. A canary stands beside a running workload: create it, or correct \`workload\` and \`namespace\` of ${service.name} in tminus.yml (${kubectl(service, 'get deployments')} lists what is there).`,
    }
  }
  if (workload.image === '') {
    return {
      status: 'fails',
      sentence: `Which container of ${name} carries the version is not clear: it has ${some(workload.containers)}. Name it as \`container\` of ${service.name} in tminus.yml.`,
    }
  }
  const running = versionOf(workload.image)
  const watch = kubectl(service, `rollout status deployment/${service.workload}`)
  if (workload.stuck !== null) {
    return {
      status: 'fails',
      sentence: `${name} is stuck in an earlier rollout: ${fullStop(workload.stuck)} Mend it or undo it with ${kubectl(service, `rollout undo deployment/${service.workload}`)} first.`,
    }
  }
  if (running === version) {
    return {
      status: 'fails',
      sentence: `${service.workload} runs ${version} already (${workload.image}); there is nothing to deploy. If ${version} was built anew under the same tag, give it a tag of its own.`,
    }
  }
  if (workload.replicas === 0) {
    return {
      status: 'fails',
      sentence: `${name} is scaled to 0 pods; a canary needs an old version in traffic beside it. Scale it up with ${kubectl(service, `scale deployment/${service.workload} --replicas=3`)}.`,
    }
  }
  if (!workload.complete) {
    return {
      status: 'not-yet',
      sentence: `${name} is in the middle of a rollout of ${running}. It clears when that is complete; see ${watch}.`,
    }
  }
  return {
    status: 'holds',
    sentence: `${service.workload} runs ${running}, ${count(workload.replicas, 'pod')}, rollout complete.`,
    facts: { fromVersion: running },
  }
}
