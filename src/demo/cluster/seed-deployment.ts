/** The Deployment of a seeded service: probes, resources, preStop and a grace period, as a careful team writes it. */
import type { SeedService } from './seed-world.ts'

export function deploymentObject(service: SeedService, labels: Readonly<Record<string, string>>) {
  const { name, replicas, image, port = 8080 } = service
  return {
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 30,
          containers: [
            {
              name,
              image,
              ports: [{ name: 'http', containerPort: port }],
              readinessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 2 },
              livenessProbe: { httpGet: { path: '/livez', port: 'http' } },
              resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
              lifecycle: { preStop: { sleep: { seconds: 5 } } },
            },
          ],
        },
      },
    },
  }
}
