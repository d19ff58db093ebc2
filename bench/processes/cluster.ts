/** A simulated cluster with many services, each with an old and a new version's pods that are ready at once. */
import { realClock } from '../../src/adapters/clocks.ts'
import { slotLabels, slotName } from '../../src/adapters/kubernetes/names.ts'
import { deploymentObject } from '../../src/demo/cluster/seed-deployment.ts'
import { startSimulatedCluster } from '../../src/demo/cluster/simulated-cluster.ts'
import { serve } from './serve.ts'

export interface ClusterApi {
  /** Resolves when all pods are ready. */
  start(input: {
    readonly kubeconfigPath: string
    readonly services: readonly { readonly name: string; readonly namespace: string; readonly image: string }[]
  }): Promise<void>
}

/** A node of the simulation takes 31 pods of 0.25 cores; two pods for each service. */
const SERVICES_A_NODE = 15

serve<ClusterApi>({
  start: async ({ kubeconfigPath, services }) => {
    const cluster = await startSimulatedCluster({
      clock: realClock(),
      nodes: Math.ceil(services.length / SERVICES_A_NODE),
      timings: { controllerMs: 0, scheduleMs: 0, pullMs: 0, readyMs: 0 },
      kubeconfig: { path: kubeconfigPath },
    })
    for (const namespace of new Set(services.map((service) => service.namespace)))
      cluster.create('namespaces', undefined, { metadata: { name: namespace } })
    for (const { name, namespace, image } of services) {
      const app = { app: name }
      cluster.create('deployments', namespace, deploymentObject({ name, replicas: 1, image: `${image}:v1.9` }, app))
      const slot = slotLabels(name, 'canary')
      const fresh = deploymentObject(
        { name: slotName(name, 'canary'), replicas: 1, image: `${image}:v2.0` },
        { ...app, ...slot },
      )
      const selector = { matchLabels: slot }
      cluster.create('deployments', namespace, { ...fresh, spec: { ...fresh.spec, selector } })
      const ports = [{ port: 80, targetPort: 8080 }]
      cluster.create('services', namespace, { metadata: { name, labels: app }, spec: { selector: app, ports } })
    }
    const namespaces = [...new Set(services.map((service) => service.namespace))]
    const ready = () => namespaces.every((namespace) => cluster.pods(namespace).every((pod) => pod.ready))
    while (!ready()) await new Promise((resolve) => setTimeout(resolve, 50))
  },
})
