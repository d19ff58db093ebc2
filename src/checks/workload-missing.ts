/** Said by every check that reads the workload, when there is none; `workload-complete` alone fails for it. */
import type { Service } from '../playbook/service.ts'
import type { CheckResult } from './check.ts'

export function workloadMissing(service: Service): CheckResult {
  return {
    status: 'unknown',
    sentence: `Not known: Deployment ${service.namespace}/${service.workload} does not exist.`,
  }
}
