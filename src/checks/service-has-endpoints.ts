import { routedServices, routeObject } from '../playbook/routed-services.ts'
import { counted } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { kubectl, labelList } from './words.ts'

export const serviceHasEndpoints: Check = {
  name: 'service-has-endpoints',
  claim: 'the Service selects the pods it should, and ready ones stand behind it',
  run: async ({ service, deployment, inspection }) => judgeEndpoints(service, await inspection(), deployment.settled),
}

/** `settled`: the extra Deployment is gone, so it no longer matters who would select its pods. */
export function judgeEndpoints(service: Service, inspection: Inspection, settled: boolean): CheckResult {
  const { service: front, endpoints, workload } = inspection
  const name = `Service ${service.namespace}/${service.serviceName}`
  if (!front) {
    return {
      status: 'fails',
      sentence: `${name} does not exist. Create it, or correct \`service\` of ${service.name} in tminus.yml (${kubectl(service, 'get services')} lists what is there).`,
    }
  }
  const selector = labelList(front.selector)
  if (workload && !front.selectsWorkload) {
    return {
      status: 'fails',
      sentence: `${name} does not select the pods of ${service.workload}: its selector is ${selector}, and their labels differ (${kubectl(service, 'get pods --show-labels')}). Correct it with ${kubectl(service, `edit service ${service.serviceName}`)}, or name the right \`service\` in tminus.yml.`,
    }
  }
  if (!settled && routedServices(service.router) && front.selectsCanary) {
    return {
      status: 'fails',
      sentence: `${name} (selector ${selector}) would also select the new version's pods, so they would get traffic past the weights of ${routeObject(service.router)?.kind} ${routeObject(service.router)?.name}. Add a label to its selector and to the pods of ${service.workload} that the new version's pods lack (such as track=stable, with \`canaryLabels: { track: canary }\` in tminus.yml)${service.router.kind === 'istio' ? ', or route `by: subset`' : ''}.`,
    }
  }
  if (endpoints === 0) {
    return {
      status: 'not-yet',
      sentence: `${name} has no ready address (selector ${selector}), so nobody is being served. It clears when a pod is ready; see ${kubectl(service, `get endpointslices -l kubernetes.io/service-name=${service.serviceName}`)}.`,
    }
  }
  return {
    status: 'holds',
    sentence: `${service.serviceName} (selector ${selector}) has ${endpoints} ready ${endpoints === 1 ? 'address' : 'addresses'} behind it${workload && endpoints <= workload.replicas ? ` for ${counted(workload.replicas, 'pod')}` : ''}.`,
  }
}
