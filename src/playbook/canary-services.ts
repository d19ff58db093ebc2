/** Where requests for the new version are led. */
import { previewServiceName } from './preview-service.ts'
import { routedServices } from './routed-services.ts'
import type { Service } from './service.ts'

/** Services that lead to the new version's own pods, besides the one in front; names of this namespace. */
export function canaryServices(service: Service): readonly string[] {
  if (service.router.kind === 'switch') return [previewServiceName(service)]
  const host = routedServices(service.router)?.canary
  return host === undefined ? [] : [host.split('.')[0] ?? host]
}
