/** A service to seed, and its Deployment: probes, resources, preStop and a grace period, as a careful team writes it. */

export interface DeployedService {
  readonly name: string
  readonly replicas: number
  /** The full image with its tag. */
  readonly image: string
  /** Name of the container; the Deployment's when absent. */
  readonly container?: string
  /** The container's port; 8080 when absent. */
  readonly port?: number
}

export function deploymentObject(service: DeployedService, labels: Readonly<Record<string, string>>) {
  const { name, replicas, image, container = name, port = 8080 } = service
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
              name: container,
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
