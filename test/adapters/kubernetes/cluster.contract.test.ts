/** The contract of the Cluster port on the simulated API server, much faster than life. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scaledClock } from '../../../src/adapters/clocks.ts'
import { imageTag } from '../../../src/demo/cluster/sickness.ts'
import { startSimulatedCluster } from '../../../src/demo/cluster/simulated-cluster.ts'
import { describeCluster } from '../../contracts/cluster-contract.ts'

const KINDS = { unready: 'unready', 'crash-loop': 'crashloop', healthy: 'none' } as const

describeCluster('simulated', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tminus-cluster-'))
  const kubeconfigPath = join(folder, 'kubeconfig')
  const clock = scaledClock(240)
  const cluster = await startSimulatedCluster({ clock, kubeconfig: { path: kubeconfigPath } })
  return {
    kubeconfigPath,
    clock,
    async makeSick(_admin, { image, pods, howMany, sickness }) {
      cluster.setSickness(imageTag(image), KINDS[sickness], { share: howMany / pods.length })
    },
    heal: () => {
      for (const version of ['v1.0', 'v2.0']) cluster.setSickness(version, 'none')
    },
    async close() {
      await cluster.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
})
