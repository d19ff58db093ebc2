import { previewServiceName } from '../playbook/preview-service.ts'
import { canaryIngressName, routeObject } from '../playbook/routed-services.ts'
import { fullStop } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { kubectl } from './words.ts'

export const routerValid: Check = {
  name: 'router-valid',
  claim: "the router's objects are there and can carry the shares",
  run: async ({ service, inspection }) => judgeRouter(service, await inspection()),
}

export function judgeRouter(service: Service, { routerFaults, routerPending }: Inspection): CheckResult {
  const object = routeObject(service.router)
  const at = object && `${object.kind.toLowerCase()} ${object.name}`
  if (routerFaults.length > 0) {
    const mend = at ? `Mend it with ${kubectl(service, `edit ${at}`)}` : 'Mend it'
    const other =
      service.router.kind === 'rolling'
        ? 'deploy by another strategy'
        : `correct \`router\` of ${service.name} in tminus.yml`
    const look = `${mend}, or ${other}.`
    return { status: 'fails', sentence: `${routerFaults.map(fullStop).join(' ')} ${look}` }
  }
  if (routerPending !== undefined) {
    const see = at ? ` See ${kubectl(service, `describe ${at}`)}.` : ''
    return {
      status: 'not-yet',
      sentence: `${fullStop(routerPending)} It clears when the router takes the route as it is.${see}`,
    }
  }
  return { status: 'holds', sentence: whatDivides(service) }
}

function whatDivides(service: Service): string {
  const { router, serviceName } = service
  switch (router.kind) {
    case 'replicas':
      return `Traffic is divided by numbers of pods behind ${serviceName}.`
    case 'switch':
      return `All traffic is switched by the selector of ${serviceName}; the name ${previewServiceName(service)} is free for the preview.`
    case 'rolling':
      return `Pods of both versions stand behind ${serviceName} while ${service.workload} rolls: their number divides the traffic.`
    case 'istio':
      return `VirtualService ${router.virtualService} has the ${router.by}s ${router.stable} and ${router.canary}.`
    case 'gateway-api':
      return `HTTPRoute ${router.httpRoute} has the backends ${router.stable} and ${router.canary}, and is accepted as it is.`
    case 'nginx':
      return `Ingress ${router.ingress} leads to ${router.stable}; ${canaryIngressName(router.ingress)} gives ${router.canary} its share.`
  }
}
