/** The router of a service as the object that carries its shares. */
import type { Service } from '../../../playbook/service.ts'
import { canaryIngressRouter } from './canary-ingress.ts'
import { httpRouteRouter } from './http-route.ts'
import { virtualServiceRouter } from './virtual-service.ts'
import type { WeightedRouter } from './weighted-router.ts'

/** Null: there is no such object, numbers of pods or the Service's selector divide the traffic. */
export function weightedRouterOf(service: Service): WeightedRouter | null {
  const { router } = service
  switch (router.kind) {
    case 'replicas':
    case 'switch':
    case 'rolling':
      return null
    case 'istio':
      return virtualServiceRouter(service, router)
    case 'gateway-api':
      return httpRouteRouter(service, router)
    case 'nginx':
      return canaryIngressRouter(service, router)
  }
}
