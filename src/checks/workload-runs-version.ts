import type { Deployment } from '../playbook/deployment.ts'
import { imageReference, versionOf } from '../playbook/image.ts'
import { counted, fullStop } from '../playbook/sentence.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { kubectl, some } from './words.ts'

export const workloadRunsVersion: Check = {
  name: 'workload-runs-version',
  claim: 'the workload itself runs the new version at its size, complete',
  run: async ({ deployment, inspection }) => judgePromoted(deployment, await inspection()),
}

/** An HPA may have changed the size meanwhile; without one it is the pinned size. */
export function judgePromoted(deployment: Deployment, { workload, hpa }: Inspection): CheckResult {
  const { version, digest, pin, plan } = deployment
  const { service } = plan
  const name = service.workload
  if (!workload) return { status: 'fails', sentence: `Deployment ${service.namespace}/${name} is gone.` }
  const wanted = imageReference(service.image, version, digest)
  if (workload.image !== wanted) {
    const others = workload.managers.map((row) => row.name).filter((manager) => manager !== 'tminus')
    const who = others.length === 0 ? '' : ` Others who write to it: ${some(others)}.`
    return {
      status: 'fails',
      sentence: `${name} runs ${versionOf(workload.image)} (${workload.image}), not ${wanted}: somebody changed it after it was promoted.${who}`,
    }
  }
  if (workload.stuck !== null)
    return { status: 'fails', sentence: `${name} is stuck on its way to ${version}: ${fullStop(workload.stuck)}` }
  if (!workload.complete) {
    return {
      status: 'not-yet',
      sentence: `The rollout of ${version} on ${name} is not complete; see ${kubectl(service, `rollout status deployment/${name}`)}.`,
    }
  }
  if (pin && !hpa && workload.replicas !== pin.replicas) {
    return {
      status: 'warns',
      sentence: `${name} runs ${version} with ${counted(workload.replicas, 'pod')}; before the deployment it had ${pin.replicas}. Somebody scaled it meanwhile.`,
    }
  }
  return {
    status: 'holds',
    sentence: `${name} runs ${version}, ${counted(workload.replicas, 'pod')}, rollout complete.`,
  }
}
