/** The routers of the shop's api, and the objects that each of them needs, as somebody else wrote them. */
import type { JsonObject } from '../../src/adapters/kubernetes/json.ts'
import { services, type Target } from '../../src/adapters/kubernetes/target.ts'
import type { RouterSettings } from '../../src/playbook/service.ts'
import { serviceObject } from './cluster-fixtures.ts'

export const ISTIO_BY_HOST: RouterSettings = {
  kind: 'istio',
  virtualService: 'api',
  route: 'primary',
  by: 'host',
  stable: 'api',
  canary: 'api-next',
}

export const ISTIO_BY_SUBSET: RouterSettings = {
  kind: 'istio',
  virtualService: 'api',
  route: 'primary',
  by: 'subset',
  stable: 'stable',
  canary: 'canary',
}

export const GATEWAY_API: RouterSettings = {
  kind: 'gateway-api',
  httpRoute: 'api',
  rule: 'primary',
  stable: 'api',
  canary: 'api-next',
}

export const NGINX: RouterSettings = { kind: 'nginx', ingress: 'api', stable: 'api', canary: 'api-next' }

const target = (group: string, resource: string, namespace: string, name: string): Target => ({
  group,
  version: 'v1',
  resource,
  namespace,
  name,
})

export function istioTarget(resource: string, namespace: string): Target {
  return target('networking.istio.io', resource, namespace, 'api')
}

export function httpRoutes(namespace: string): Target {
  return target('gateway.networking.k8s.io', 'httproutes', namespace, 'api')
}

export function ingresses(namespace: string, name = 'api'): Target {
  return target('networking.k8s.io', 'ingresses', namespace, name)
}

/** All that the team has for its router, the Service of the catalogue apart. */
export function routerObjects(namespace: string, router: RouterSettings): readonly (readonly [Target, JsonObject])[] {
  const next = [services(namespace), serviceObject(namespace, 'api-next', { app: 'api', track: 'canary' })] as const
  switch (router.kind) {
    case 'replicas':
    case 'switch':
    case 'rolling':
      return []
    case 'istio': {
      const route = [istioTarget('virtualservices', namespace), virtualServiceObject(namespace, router.by)] as const
      return router.by === 'host'
        ? [next, route]
        : [route, [istioTarget('destinationrules', namespace), destinationRuleObject(namespace)]]
    }
    case 'gateway-api':
      return [next, [httpRoutes(namespace), httpRouteObject(namespace)]]
    case 'nginx':
      return [next, [ingresses(namespace), ingressObject(namespace)]]
  }
}

/** The team's object that carries the shares, or from which the one that does is made. */
export function routeTarget(namespace: string, router: RouterSettings): Target | null {
  switch (router.kind) {
    case 'replicas':
    case 'switch':
    case 'rolling':
      return null
    case 'istio':
      return istioTarget('virtualservices', namespace)
    case 'gateway-api':
      return httpRoutes(namespace)
    case 'nginx':
      return ingresses(namespace)
  }
}

/** A route as somebody else wrote it: much in it is none of our business and must stay. */
export function virtualServiceObject(namespace: string, by: 'host' | 'subset') {
  const destination = (slot: 'stable' | 'canary') =>
    by === 'subset'
      ? { host: 'api', subset: slot, port: { number: 80 } }
      : { host: slot === 'stable' ? `api.${namespace}.svc.cluster.local` : 'api-next', port: { number: 80 } }
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'api', namespace, labels: { team: 'checkout' }, annotations: { 'example.com/note': 'keep me' } },
    spec: {
      hosts: ['api.example.com'],
      gateways: ['mesh', 'istio-system/public'],
      http: [
        {
          name: 'admin',
          match: [{ uri: { prefix: '/admin' }, headers: { 'x-role': { exact: 'admin' } } }],
          route: [{ destination: { host: 'admin' }, weight: 100 }],
        },
        {
          name: 'primary',
          retries: { attempts: 2, perTryTimeout: '1s', retryOn: '5xx,reset' },
          timeout: '7s',
          headers: { request: { add: { 'x-shop': '1' } } },
          mirror: { host: 'shadow' },
          mirrorPercentage: { value: 0.5 },
          corsPolicy: { allowOrigins: [{ exact: 'https://example.com' }], maxAge: '24h' },
          route: [
            { destination: destination('stable'), weight: 100, headers: { response: { remove: ['x-internal'] } } },
            { destination: destination('canary'), weight: 0 },
          ],
        },
      ],
    },
  }
}

export function destinationRuleObject(namespace: string) {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'api', namespace },
    spec: {
      host: 'api',
      subsets: [
        { name: 'stable', labels: { track: 'stable' } },
        { name: 'canary', labels: { track: 'canary' } },
      ],
    },
  }
}

const NOTES = { labels: { team: 'checkout' }, annotations: { 'example.com/note': 'keep me' } }

export function httpRouteObject(
  namespace: string,
  parentRefs: readonly object[] = [{ name: 'public', sectionName: 'https' }],
) {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'api', namespace, ...NOTES },
    spec: {
      parentRefs,
      hostnames: ['api.example.com'],
      rules: [
        {
          name: 'admin',
          matches: [{ path: { type: 'PathPrefix', value: '/admin' } }],
          backendRefs: [{ group: '', kind: 'Service', name: 'api', port: 80, weight: 1 }],
        },
        {
          name: 'primary',
          matches: [{ path: { type: 'PathPrefix', value: '/' }, headers: [{ name: 'x-shop', value: '1' }] }],
          filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { add: [{ name: 'x-by', value: 'gw' }] } }],
          timeouts: { request: '7s' },
          backendRefs: [
            { group: '', kind: 'Service', name: 'api', port: 80, weight: 1 },
            {
              group: '',
              kind: 'Service',
              name: 'api-next',
              port: 80,
              weight: 0,
              filters: [
                { type: 'ResponseHeaderModifier', responseHeaderModifier: { add: [{ name: 'x-new', value: '1' }] } },
              ],
            },
          ],
        },
      ],
    },
  }
}

const path = (value: string, name: string) => ({
  path: value,
  pathType: 'Prefix',
  backend: { service: { name, port: { number: 80 } } },
})

export function ingressObject(namespace: string) {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: 'api',
      namespace,
      labels: NOTES.labels,
      annotations: {
        ...NOTES.annotations,
        'nginx.ingress.kubernetes.io/load-balance': 'ewma',
        'nginx.ingress.kubernetes.io/proxy-read-timeout': '30',
      },
    },
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['api.example.com'], secretName: 'api-tls' }],
      rules: [
        { host: 'api.example.com', http: { paths: [path('/', 'api'), path('/admin', 'admin')] } },
        { host: 'admin.example.com', http: { paths: [path('/', 'admin')] } },
      ],
    },
  }
}

/** A canary Ingress of the team's own. */
export function teamsCanaryIngress(namespace: string, annotations: Readonly<Record<string, string>>) {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: 'api-canary',
      namespace,
      labels: NOTES.labels,
      annotations: { ...NOTES.annotations, 'nginx.ingress.kubernetes.io/canary': 'true', ...annotations },
    },
    spec: {
      ingressClassName: 'nginx',
      rules: [{ host: 'api.example.com', http: { paths: [path('/', 'api-next')] } }],
    },
  }
}
