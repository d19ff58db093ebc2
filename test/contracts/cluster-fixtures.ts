/** The shop's api as it stands on a cluster before a deployment, and the catalogue entry that names it. */

import type { RouterSettings, Service } from '../../src/playbook/service.ts'
import type { WriteContext } from '../../src/ports/cluster.ts'

export const OLD_IMAGE = 'registry.example.com/shop/api:v1.0'
export const NEW_IMAGE = 'registry.example.com/shop/api:v2.0'

export function shopApi(namespace: string, router: RouterSettings = { kind: 'replicas' }): Service {
  return {
    name: 'api',
    context: null,
    namespace,
    workload: 'api',
    container: 'api',
    image: 'registry.example.com/shop/api',
    serviceName: 'api',
    router,
    canaryLabels: router.kind !== 'replicas' ? { track: 'canary', release: '$version' } : { release: '$version' },
    health: [],
    channel: 'C1',
    approvers: ['U1'],
    deployers: [],
    emergency: ['U1'],
    selfApproval: false,
    strategies: ['canary'],
    defaultStrategy: 'canary',
    canary: { steps: [] },
    blueGreen: { monitorMs: 0, keepMs: 0, gate: 'approval', preview: [] },
    rolling: { batch: 1, observeMs: 0, monitorMs: 0, keepMs: 0, gate: 'auto' },
    monitorMs: 0,
    keepMs: 0,
    keep: 'warm',
    onBreach: 'rollback',
    judgement: {
      sampleIntervalMs: 10_000,
      sampleWindowMs: 60_000,
      successRate: 0.98,
      trafficFloor: 300,
      fastPath: { errorRatio: 0.1, requests: 50 },
      criticalOf: { k: 1, n: 1 },
      warningOf: { k: 2, n: 3 },
      warmupMs: 60_000,
      noDataSamples: 3,
    },
    guard: { crashes: 1, unreadyShare: 1, unreadyGraceMs: 10_000, pollMs: 5_000 },
    timeouts: {
      checkMs: 10_000,
      rolloutMs: 600_000,
      approvalMs: 1,
      holdReminderMs: 1,
      drainMs: 1,
    },
    thresholds: [],
    traffic: { requests: '', errors: '' },
    alerts: '',
  }
}

/** A writer's token; the signal never fires unless one is given. */
export function writer(revision: number, number = 42, signal = new AbortController().signal): WriteContext {
  return { deployment: `api-${number}`, number, revision, signal }
}

export function workloadObject(namespace: string) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'api',
      namespace,
      labels: { app: 'api', 'app.kubernetes.io/instance': 'shop' },
      annotations: { 'example.com/owner': 'checkout' },
    },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'api', track: 'stable' } },
      template: {
        metadata: {
          labels: { app: 'api', track: 'stable', version: 'v1.0' },
          annotations: { 'example.com/scrape': 'true' },
        },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'api',
              image: OLD_IMAGE,
              env: [{ name: 'MODE', value: 'production' }],
              ports: [{ name: 'http', containerPort: 8080 }],
              resources: { requests: { cpu: '100m', memory: '128Mi' } },
              readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
              volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
            },
            {
              name: 'proxy',
              image: 'registry.example.com/mesh/proxy:v7',
              resources: { requests: { cpu: '50m', memory: '64Mi' } },
            },
          ],
          volumes: [{ name: 'cache', emptyDir: {} }],
        },
      },
    },
  }
}

/** In front of both versions for `replicas` and subsets; of the old one only where a route goes by host. */
export function serviceObject(namespace: string, name = 'api', selector: Record<string, string> = { app: 'api' }) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  }
}

export function autoscalerObject(namespace: string) {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'api', namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
    },
  }
}
