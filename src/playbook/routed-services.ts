/** What a service's router is called, and between which Services it divides the traffic. */
import type { IstioSettings, RouterSettings } from './service.ts'

export interface RoutedServices {
  /** Service, or host of one, of the old version. */
  readonly stable: string
  readonly canary: string
}

/** Routers without an object and without a second Service: pods behind the one Service divide the traffic. */
export type PodRouter = Extract<RouterSettings, { kind: 'replicas' | 'switch' | 'rolling' }>

export function isPodRouter(router: RouterSettings): router is PodRouter {
  return router.kind === 'replicas' || router.kind === 'switch' || router.kind === 'rolling'
}

/** What a strategy that leaves the catalogue's route alone has to know of it: pods are found by the labels of a subset. */
export function meshBySubset(router: RouterSettings): { readonly mesh?: IstioSettings } {
  return router.kind === 'istio' && router.by === 'subset' ? { mesh: router } : {}
}

/** The two Services that must tell the versions apart by their selectors; null where subsets or numbers of pods do. */
export function routedServices(router: RouterSettings): RoutedServices | null {
  if (isPodRouter(router) || (router.kind === 'istio' && router.by === 'subset')) return null
  return { stable: router.stable, canary: router.canary }
}

/** nginx: the Ingress that carries the canary's share, beside the stable one. */
export function canaryIngressName(ingress: string): string {
  return `${ingress}-canary`
}

/** The object of the team that carries the shares: its kind, and its name; null where there is none. */
export function routeObject(router: RouterSettings): { readonly kind: string; readonly name: string } | null {
  switch (router.kind) {
    case 'replicas':
    case 'switch':
    case 'rolling':
      return null
    case 'istio':
      return { kind: 'VirtualService', name: router.virtualService }
    case 'gateway-api':
      return { kind: 'HTTPRoute', name: router.httpRoute }
    case 'nginx':
      return { kind: 'Ingress', name: router.ingress }
  }
}
