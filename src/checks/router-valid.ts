import { previewServiceName } from '../playbook/preview-service.ts'
import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { fullStop, kubectl } from './words.ts'

export const routerValid: Check = {
  name: 'router-valid',
  claim: "the router's objects are there and can carry the shares",
  run: async ({ service, inspection }) => judgeRouter(service, await inspection()),
}

export function judgeRouter(service: Service, { routerFaults }: Inspection): CheckResult {
  const { router } = service
  if (routerFaults.length > 0) {
    const look =
      router.kind === 'istio'
        ? `Mend it with ${kubectl(service, `edit virtualservice ${router.virtualService}`)}, or correct \`router\` of ${service.name} in tminus.yml.`
        : `Mend it, or correct \`router\` of ${service.name} in tminus.yml.`
    return { status: 'fails', sentence: `${routerFaults.map(fullStop).join(' ')} ${look}` }
  }
  if (router.kind === 'replicas')
    return { status: 'holds', sentence: `Traffic is divided by numbers of pods behind ${service.serviceName}.` }
  if (router.kind === 'switch')
    return {
      status: 'holds',
      sentence: `All traffic is switched by the selector of ${service.serviceName}; the name ${previewServiceName(service)} is free for the preview.`,
    }
  return {
    status: 'holds',
    sentence: `VirtualService ${router.virtualService} has the ${router.by}s ${router.stable} and ${router.canary}.`,
  }
}
