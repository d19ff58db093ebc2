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
  const mesh = router.kind === 'replicas' ? {} : { track: 'canary' }
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

/** As Kubernetes asks: serves on while those who route learn that it ends. kwok keeps a slow pod that long after its deletion. */
const DRAINS = {
  annotations: 'annotations: { tminus.test/sick: slow-terminate, tminus.test/terminate-after: 1500ms }',
  lifecycle: 'lifecycle: { preStop: { sleep: { seconds: 1 } } }',
}

/** The objects of the service, as YAML for kubectl: a Deployment of `replicas`, its Service, and the mesh's objects. */
export function manifestOf(service: Service, version: string, replicas: number, { drains = false } = {}): string {
  const { name, router } = service
  const tracks = router.kind !== 'replicas'
  const labels = tracks ? `{ app: ${name}, track: stable }` : `{ app: ${name} }`
  const stable = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, labels: { team: shop } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: ${labels} }
  template:
    metadata:
      labels: ${labels}
      ${drains ? DRAINS.annotations : ''}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
        - name: ${name}
          image: ${service.image}:${version}
          ports: [{ containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /health, port: 8080 } }
          resources: { requests: { cpu: 50m, memory: 32Mi } }
          ${drains ? DRAINS.lifecycle : ''}
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, annotations: { example.com/note: keep me } }
spec: { selector: ${routedServices(router) ? labels : `{ app: ${name} }`}, ports: [{ port: 80, targetPort: 8080 }] }
`
  return `${stable}${routedServices(router) ? canaryServiceOf(service) : ''}${routeOf(service)}`
}

function canaryServiceOf({ name }: Service): string {
  return `
---
apiVersion: v1
kind: Service
metadata: { name: ${name}-canary, annotations: { example.com/note: keep me } }
spec: { selector: { app: ${name}, track: canary }, ports: [{ port: 80, targetPort: 8080 }] }
`
}

/** Routes as somebody else wrote them: with much that is none of the bot's business. */
function routeOf({ name, router }: Service): string {
  const metadata = (object: string) =>
    `metadata: { name: ${object}, labels: { team: shop }, annotations: { example.com/note: keep me } }`
  switch (router.kind) {
    case 'replicas':
    case 'switch':
    case 'rolling':
      return ''
    case 'istio': {
      const to = (side: 'stable' | 'canary') =>
        router.by === 'host' ? `{ host: ${router[side]} }` : `{ host: ${name}, subset: ${router[side]} }`
      const subset = (side: 'stable' | 'canary') => `{ name: ${router[side]}, labels: { track: ${side} } }`
      return `
---
apiVersion: networking.istio.io/v1
kind: VirtualService
${metadata(router.virtualService)}
spec:
  hosts: [${name}]
  http:
    - name: primary
      retries: { attempts: 3, perTryTimeout: 2s }
      timeout: 7s
      headers: { request: { add: { x-shop: "1" } } }
      route:
        - destination: ${to('stable')}
          weight: 100
          headers: { response: { remove: [x-internal] } }
        - destination: ${to('canary')}
          weight: 0
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
${metadata(name)}
spec: { host: ${name}, subsets: [${router.by === 'subset' ? `${subset('stable')}, ${subset('canary')}` : ''}] }
`
    }
    case 'gateway-api':
      return `
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
${metadata(router.httpRoute)}
spec:
  parentRefs: [{ name: public }]
  rules:
    - matches: [{ path: { type: PathPrefix, value: / } }]
      filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { add: [{ name: x-shop, value: "1" }] } }]
      timeouts: { request: 7s }
      backendRefs:
        - { name: ${name}, port: 80, weight: 100 }
        - { name: ${name}-canary, port: 80, weight: 0 }
`
    case 'nginx':
      return `
---
apiVersion: networking.k8s.io/v1
kind: Ingress
${metadata(router.ingress)}
spec:
  ingressClassName: nginx
  tls: [{ hosts: [${name}.example.com], secretName: ${name}-tls }]
  rules:
    - host: ${name}.example.com
      http:
        paths:
          - { path: /, pathType: Prefix, backend: { service: { name: ${name}, port: { number: 80 } } } }
          - { path: /admin, pathType: Prefix, backend: { service: { name: admin, port: { number: 80 } } } }
`
  }
}
