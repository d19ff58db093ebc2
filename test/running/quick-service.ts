/** A service whose playbook is over in seconds, for whole deployments on a real control plane. */
import { SECOND } from '../../src/playbook/durations.ts'
import { routedServices } from '../../src/playbook/routed-services.ts'
import type { RouterSettings, Service } from '../../src/playbook/service.ts'
import { makeService } from '../playbook/fixtures.ts'

export function quickService(
  name: string,
  namespace: string,
  router: RouterSettings,
  over: Partial<Service> = {},
): Service {
  const base = makeService({
    name,
    namespace,
    router,
    workload: name,
    serviceName: name,
    image: `registry.test/${name}`,
    channel: 'C0TEST',
  })
  const mesh = routedServices(router) ? { track: 'canary' } : {}
  return {
    ...base,
    canaryLabels: mesh,
    canary: {
      steps: [
        { percent: 5, observeMs: 2 * SECOND, pods: 1, gate: 'approval' },
        { percent: 25, observeMs: 2 * SECOND, pods: 2, gate: 'auto' },
        { percent: 50, observeMs: 2 * SECOND, pods: 3, gate: 'auto' },
        { percent: 100, observeMs: 2 * SECOND, pods: null, gate: 'auto' },
      ],
    },
    keepMs: 6 * SECOND,
    judgement: {
      ...base.judgement,
      sampleIntervalMs: 500,
      sampleWindowMs: 2 * SECOND,
      warmupMs: 5 * SECOND,
      trafficFloor: 10,
      fastPath: { errorRatio: 0.1, requests: 10 },
    },
    guard: { ...base.guard, pollMs: SECOND },
    timeouts: { ...base.timeouts, rolloutMs: 60 * SECOND, drainMs: SECOND },
    ...over,
  }
}

/** The objects of the service, as YAML for kubectl: a Deployment of `replicas`, its Service, and the mesh's objects. */
export function manifestOf(service: Service, version: string, replicas: number): string {
  const { name, router } = service
  const labels = routedServices(router) ? `{ app: ${name}, track: stable }` : `{ app: ${name} }`
  const stable = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, labels: { team: shop } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: ${labels} }
  template:
    metadata: { labels: ${labels} }
    spec:
      terminationGracePeriodSeconds: 5
      containers:
        - name: ${name}
          image: ${service.image}:${version}
          ports: [{ containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /health, port: 8080 } }
          resources: { requests: { cpu: 50m, memory: 32Mi } }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: ${labels}, ports: [{ port: 80, targetPort: 8080 }] }
`
  return `${stable}${routedServices(router) ? canaryServiceOf(service) : ''}${routeOf(service)}`
}

function canaryServiceOf({ name }: Service): string {
  return `
---
apiVersion: v1
kind: Service
metadata: { name: ${name}-canary }
spec: { selector: { app: ${name}, track: canary }, ports: [{ port: 80, targetPort: 8080 }] }
`
}

function routeOf({ name, router }: Service): string {
  switch (router.kind) {
    case 'replicas':
    case 'switch':
    case 'rolling':
      return ''
    case 'istio':
      return `
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ${router.virtualService} }
spec:
  hosts: [${name}]
  http:
    - name: primary
      retries: { attempts: 3, perTryTimeout: 2s }
      timeout: 7s
      route:
        - destination: { host: ${name} }
          weight: 100
        - destination: { host: ${name}-canary }
          weight: 0
`
    case 'gateway-api':
      return `
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${router.httpRoute} }
spec:
  parentRefs: [{ name: public }]
  rules:
    - timeouts: { request: 7s }
      backendRefs:
        - { name: ${name}, port: 80, weight: 100 }
        - { name: ${name}-canary, port: 80, weight: 0 }
`
    case 'nginx':
      return `
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${router.ingress} }
spec:
  ingressClassName: nginx
  rules:
    - host: ${name}.example.com
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: ${name}, port: { number: 80 } } } }] }
`
  }
}
