/** The contract of the Cluster port on a real control plane; kwok plays the pods, we play the Gateway. */
import { inject } from 'vitest'
import { realClock } from '../../src/adapters/clocks.ts'
import { pods } from '../../src/adapters/kubernetes/target.ts'
import { describeCluster } from '../contracts/cluster-contract.ts'
import { followHttpRoutes } from '../control-plane/gateway.ts'

describeCluster('real control plane', async () => {
  const kubeconfigPath = inject('kubeconfig')
  const gateway = await followHttpRoutes(kubeconfigPath)
  return {
    kubeconfigPath,
    clock: realClock(),
    async makeSick(admin, { namespace, pods: names, howMany, sickness }) {
      const annotations = { 'tminus.test/sick-now': sickness }
      for (const name of names.slice(0, howMany))
        await admin.patch(pods(namespace, name), { metadata: { annotations } })
    },
    close: () => gateway.stop(),
  }
})
