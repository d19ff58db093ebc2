import { imageReference } from '../playbook/image.ts'
import { fullStop } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import type { Check, CheckResult } from './check.ts'

export const dryRunAccepted: Check = {
  name: 'dry-run-accepted',
  claim: 'the API server accepts what the deployment will write',
  run: async ({ service, deployment, cluster, signal }) => {
    const image = imageReference(service.image, deployment.version, deployment.digest)
    return judgeDryRun(service, await cluster.dryRun(service, image, signal))
  },
}

export function judgeDryRun(service: Service, objections: readonly string[]): CheckResult {
  if (objections.length === 0)
    return { status: 'holds', sentence: 'The API server accepts, as a dry run, all that will be written.' }
  return {
    status: 'fails',
    sentence: `The API server objects to what would be written: ${objections.map(fullStop).join(' ')} Mend ${service.workload}, T-Minus' rights or the admission rule that objects.`,
    evidence: objections.join('\n'),
  }
}
