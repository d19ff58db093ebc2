import { versionOf } from '../playbook/image.ts'
import { counted, fullStop } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { kubectl, some } from './words.ts'

export const workloadComplete: Check = {
  name: 'workload-complete',
  claim: 'the workload exists, its last rollout is complete, and it runs another version',
  run: async ({ service, deployment, inspection }) => judgeWorkload(service, deployment.version, await inspection()),
}

/** Finds out `fromVersion` and `fromPods`, what the workload runs now. */
export function judgeWorkload(service: Service, version: string, { workload }: Inspection): CheckResult {
  if (!workload) return { status: 'fails', sentence: missing(service) }
  const obstacle = obstacleTo(service, version, workload)
  if (obstacle !== undefined) return { status: 'fails', sentence: obstacle }
  const running = versionOf(workload.image)
  const facts = { fromVersion: running, fromPods: workload.replicas }
  if (!workload.complete) {
    const watch = kubectl(service, `rollout status deployment/${service.workload}`)
    return {
      status: 'not-yet',
      sentence: `${nameOf(service)} is in the middle of a rollout of ${running}. It clears when that is complete; see ${watch}.`,
    }
  }
  if (repositoryOf(workload.image) !== service.image) {
    return {
      status: 'warns',
      sentence: `${service.workload} runs ${workload.image}, but the new version will come from ${service.image} (\`image\` of ${service.name} in tminus.yml): another repository.`,
      facts,
    }
  }
  return {
    status: 'holds',
    sentence: `${service.workload} runs ${running}, ${counted(workload.replicas, 'pod')}, rollout complete.`,
    facts,
  }
}

/** What does not clear by itself, and what clears it; undefined: nothing is in the way. */
function obstacleTo(
  service: Service,
  version: string,
  workload: NonNullable<Inspection['workload']>,
): string | undefined {
  const name = nameOf(service)
  if (workload.stuck !== null)
    return `${name} is stuck in an earlier rollout: ${fullStop(workload.stuck)} Mend it or undo it with ${kubectl(service, `rollout undo deployment/${service.workload}`)} first.`
  if (workload.image === '')
    return `Which container of ${name} carries the version is not clear: it has ${some(workload.containers)}. Name it as \`container\` of ${service.name} in tminus.yml.`
  if (versionOf(workload.image) === version)
    return `${service.workload} runs ${version} already (${workload.image}); there is nothing to deploy. If ${version} was built anew under the same tag, give it a tag of its own.`
  if (workload.replicas === 0)
    return `${name} is scaled to 0 pods; a canary needs an old version in traffic beside it. Scale it up with ${kubectl(service, `scale deployment/${service.workload} --replicas=3`)}.`
  return undefined
}

function missing(service: Service): string {
  return `${nameOf(service)} does not exist. A canary stands beside a running workload: create it, or correct \`workload\` and \`namespace\` of ${service.name} in tminus.yml (${kubectl(service, 'get deployments')} lists what is there).`
}

function nameOf({ namespace, workload }: Service): string {
  return `Deployment ${namespace}/${workload}`
}

/** The reference without tag and digest. */
function repositoryOf(image: string): string {
  return (image.split('@')[0] ?? image).replace(/:[^:/]*$/, '')
}
